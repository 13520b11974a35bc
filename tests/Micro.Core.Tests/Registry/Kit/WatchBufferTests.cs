
namespace Micro.Registry.Kit;

/// <summary>The buffer between a registry and the reader of a watch: rules R-REG-17 and R-REG-18.</summary>
public sealed class WatchBufferTests
{
    private RecordSet _held = RecordSet.Empty;
    private int _lists;

    [Fact]
    public async Task Read_Start_ListsThenSynchronizes()
    {
        _held = RecordSet.Create([Of("a")]);
        var buffer = new WatchBuffer("s", 4);
        await using var reader = Read(buffer);

        (await NextAsync(reader)).Should().Be("Create a");
        (await NextAsync(reader)).Should().Be("Synchronized");
        buffer.Write(RegistryEvent.Create(Of("b")));
        (await NextAsync(reader)).Should().Be("Create b");
        _lists.Should().Be(1);
    }

    [Fact]
    public async Task Read_RepeatedAndOddEvents_AreMadeRegular_R_REG_17()
    {
        var buffer = new WatchBuffer(null, 16);
        await using var reader = Read(buffer);
        (await NextAsync(reader)).Should().Be("Synchronized");

        buffer.Write(RegistryEvent.Update(Of("a")));
        buffer.Write(RegistryEvent.Create(Of("a")));
        buffer.Write(RegistryEvent.Create(Of("a", "b")));
        buffer.Write(RegistryEvent.Delete(Of("c")));
        buffer.Write(RegistryEvent.Create(Of("b") with { Nodes = [new Node { Id = "b", Address = "h:2" }] }));
        buffer.Write(RegistryEvent.Delete(Of()));

        (await NextAsync(reader)).Should().Be("Create a", "an update of an unknown node");
        (await NextAsync(reader)).Should().Be("Create b", "the repetition of a is dropped");
        (await NextAsync(reader)).Should().Be("Update b");
        (await NextAsync(reader)).Should().Be("Delete a,b", "a delete names its nodes");
    }

    [Fact]
    public async Task Write_ReaderTooSlow_DifferenceIsDelivered_R_REG_18()
    {
        var buffer = new WatchBuffer("s", 2);
        await using var reader = Read(buffer);
        (await NextAsync(reader)).Should().Be("Synchronized");

        buffer.Write(RegistryEvent.Create(Of("a"))).Should().BeTrue();
        buffer.Write(RegistryEvent.Create(Of("b"))).Should().BeTrue();
        buffer.Write(RegistryEvent.Create(Of("c"))).Should().BeFalse("the buffer is full");
        buffer.Write(RegistryEvent.Delete(Of("a"))).Should().BeTrue("the coming list holds it");
        _held = RecordSet.Create([Of("b", "c")]);

        (await NextAsync(reader)).Should().Be("Create b,c");
        _lists.Should().Be(2);
        buffer.Overflows.Should().Be(1);
        buffer.Write(RegistryEvent.Create(Of("d")));
        (await NextAsync(reader)).Should().Be("Create d");
    }

    [Fact]
    public async Task Resynchronize_WaitingReader_WakesAndGetsTheDifference_R_REG_17()
    {
        _held = RecordSet.Create([Of("a", "b")]);
        var buffer = new WatchBuffer("s", 4);
        await using var reader = Read(buffer);
        (await NextAsync(reader)).Should().Be("Create a,b");
        (await NextAsync(reader)).Should().Be("Synchronized");
        var pending = NextAsync(reader);

        _held = RecordSet.Create([Of("b", "c")]);
        buffer.Resynchronize();

        (await pending).Should().Be("Create c");
        (await NextAsync(reader)).Should().Be("Delete a");
        buffer.Write(RegistryEvent.Create(Of("d")));
        (await NextAsync(reader)).Should().Be("Create d", "synchronized is told once");
    }

    [Fact]
    public async Task Complete_WaitingReader_EndsWithTheError_R_REG_18()
    {
        var buffer = new WatchBuffer("s", 4);
        await using var reader = Read(buffer);
        await NextAsync(reader);
        var pending = NextAsync(reader);

        buffer.Complete(new RegistryUnavailableException("test", "gone"));

        var wait = () => pending;
        await wait.Should().ThrowAsync<RegistryUnavailableException>();
        buffer.Write(RegistryEvent.Create(Of("a"))).Should().BeTrue("nobody listens any more");
    }

    [Fact]
    public async Task Read_ListFails_ReaderHearsIt_R_REG_15()
    {
        var buffer = new WatchBuffer("s", 4);
        var read = async () => await buffer
            .ReadAllAsync(_ => throw new RegistryUnavailableException("test", "down"), CancellationToken.None)
            .GetAsyncEnumerator().MoveNextAsync();

        await read.Should().ThrowAsync<RegistryUnavailableException>();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("s", true)]
    [InlineData("t", false)]
    public void Wants_Service_OwnOrAll_R_REG_16(string? watched, bool wants) => new WatchBuffer(watched, 1).Wants("s").Should().Be(wants);

    private static async Task<string> NextAsync(IAsyncEnumerator<RegistryEvent> reader)
    {
        (await reader.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20))).Should().BeTrue();
        var change = reader.Current;
        return change.Service is { } service ? $"{change.Kind} {string.Join(',', service.Nodes.Select(node => node.Id))}" : $"{change.Kind}";
    }

    private static ServiceRecord Of(params string[] ids) =>
        new() { Name = "s", Version = "1", Nodes = [.. ids.Select(id => new Node { Id = id, Address = "h:1" })] };

    private IAsyncEnumerator<RegistryEvent> Read(WatchBuffer buffer) => buffer.ReadAllAsync(
        _ =>
        {
            _lists++;
            return ValueTask.FromResult(_held);
        },
        CancellationToken.None).GetAsyncEnumerator();
}
