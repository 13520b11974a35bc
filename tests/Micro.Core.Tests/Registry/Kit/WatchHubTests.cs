namespace Micro.Registry.Kit;

/// <summary>The states of a watch and its readers: rules R-REG-15 to R-REG-18.</summary>
public sealed class WatchHubTests
{
    private readonly WatchHub _hub = new();

    [Fact]
    public async Task Read_Start_StateThenSynchronizedThenChanges()
    {
        _hub.Publish("s", SetOf("a"));
        _hub.Settle();
        await using var reader = Read("s");

        (await NextAsync(reader)).Should().Be("Create a");
        (await NextAsync(reader)).Should().Be("Synchronized");
        _hub.Publish("s", SetOf("a", "b"));
        (await NextAsync(reader)).Should().Be("Create b");
    }

    [Fact]
    public async Task Read_NotSettled_WaitsForTheWholeState_R_REG_17()
    {
        await using var reader = Read("s");
        var first = NextAsync(reader);
        _hub.Publish("s", SetOf("a"));
        _hub.Publish("s", SetOf("a", "b"));
        first.IsCompleted.Should().BeFalse();

        _hub.Settle();

        (await first).Should().Be("Create a,b");
    }

    [Fact]
    public async Task Apply_RepeatedAndOddEvents_AreMadeRegular_R_REG_17()
    {
        _hub.Settle();
        await using var reader = Read(null);
        (await NextAsync(reader)).Should().Be("Synchronized");

        _hub.Apply(RegistryEvent.Update(Of("a")));
        _hub.Apply(RegistryEvent.Create(Of("a")));
        _hub.Apply(RegistryEvent.Create(Of("a", "b")));
        _hub.Apply(RegistryEvent.Delete(Of("c")));
        _hub.Apply(RegistryEvent.Create(Of("b") with { Nodes = [new Node { Id = "b", Address = "h:2" }] }));
        _hub.Apply(RegistryEvent.Delete(Of()));

        (await NextAsync(reader)).Should().Be("Create a", "an update of an unknown node");
        (await NextAsync(reader)).Should().Be("Create b", "the repetition of a is dropped");
        (await NextAsync(reader)).Should().Be("Update b");
        (await NextAsync(reader)).Should().Be("Delete a,b", "a delete names its nodes");
    }

    [Fact]
    public async Task Apply_NodeMovesToAnotherVersion_IsCreatedBeforeItIsDeleted_R_REG_17()
    {
        _hub.Publish("s", SetOf("a"));
        _hub.Settle();
        await using var reader = Read("s");
        (await NextAsync(reader)).Should().Be("Create a");
        (await NextAsync(reader)).Should().Be("Synchronized");

        _hub.Apply(RegistryEvent.Update(Of("a") with { Version = "2" }));

        (await NextAsync(reader)).Should().Be("Create a");
        (await NextAsync(reader)).Should().Be("Delete a");
    }

    [Fact]
    public async Task Publish_ReaderTooSlow_DifferenceIsDelivered_R_REG_18()
    {
        _hub.Settle();
        await using var reader = Read("s");
        (await NextAsync(reader)).Should().Be("Synchronized");

        for (var count = 0; count < WatchReader.MaxStates; count++)
        {
            _hub.Publish("s", count % 2 == 0 ? SetOf("a") : SetOf("a", "b"));
        }

        _hub.Publish("s", SetOf("b", "c"));
        _hub.Publish("s", SetOf("b", "c", "d"));

        (await NextAsync(reader)).Should().Be("Create b,c,d", "the state beyond the limit drops those that wait");
        _hub.Publish("s", SetOf("b", "c"));
        (await NextAsync(reader)).Should().Be("Delete d", "single changes arrive again");
    }

    [Fact]
    public async Task Publish_AsManyAsMayWait_EachIsDelivered_R_REG_17()
    {
        _hub.Settle();
        await using var reader = Read("s");
        (await NextAsync(reader)).Should().Be("Synchronized");

        for (var count = 0; count < WatchReader.MaxStates; count++)
        {
            _hub.Publish("s", count % 2 == 0 ? SetOf("a") : SetOf("a", "b"));
        }

        (await NextAsync(reader)).Should().Be("Create a");
        for (var count = 1; count < WatchReader.MaxStates; count++)
        {
            (await NextAsync(reader)).Should().Be(count % 2 == 0 ? "Delete b" : "Create b");
        }
    }

    [Fact]
    public async Task Publish_LargeStatesReaderTooSlow_WaitingNodesStayWithinTheLimit_R_REG_18()
    {
        _hub.Settle();
        await using var reader = Read("s");
        (await NextAsync(reader)).Should().Be("Synchronized");
        var large = Enumerable.Range(0, 400_000).Select(number => new Node { Id = $"{number:d6}", Address = "h:1" }).ToArray();

        foreach (var less in new[] { 3, 2, 1 })
        {
            _hub.Publish("s", RecordSet.Create([new ServiceRecord { Name = "s", Nodes = large[..^less] }]));
        }

        await reader.MoveNextAsync();
        reader.Current.Service!.Nodes.Should().HaveCount(large.Length - 1, "three states of this size may not wait");
    }

    [Fact]
    public async Task Replace_WaitingReader_WakesAndGetsTheDifference_R_REG_17()
    {
        _hub.Replace(SetOf("a", "b"));
        _hub.Settle();
        await using var reader = Read(null);
        (await NextAsync(reader)).Should().Be("Create a,b");
        (await NextAsync(reader)).Should().Be("Synchronized");
        var pending = NextAsync(reader);

        _hub.Replace(RecordSet.Create([Of("b", "c"), Of("x") with { Name = "t" }]));

        (await pending).Should().Be("Create c");
        (await NextAsync(reader)).Should().Be("Delete a");
        (await NextAsync(reader)).Should().Be("Create x");
        _hub.Replace(RecordSet.Create([Of("x") with { Name = "t" }]));
        (await NextAsync(reader)).Should().Be("Delete b,c", "a service without records is gone");
    }

    [Fact]
    public async Task Read_StateCannotBeRead_ReaderGetsTheError_R_REG_15()
    {
        _hub.Fail(new RegistryUnavailableException("test", "down"));
        await using var reader = Read("s");

        await FluentActions.Awaiting(() => NextAsync(reader)).Should().ThrowAsync<RegistryUnavailableException>().WithMessage("down");

        _hub.Settle();
        await using var later = Read("s");
        (await NextAsync(later)).Should().Be("Synchronized");
        _hub.Fail(new RegistryUnavailableException("test", "down again"));
        await using var last = Read("s");
        (await NextAsync(last)).Should().Be("Synchronized", "what is known stays the best knowledge");
    }

    [Fact]
    public async Task Read_Disposed_EndsWithoutAnError_Cancelled_EndsWithOne_R_REG_18()
    {
        _hub.Settle();
        using var disposed = new CancellationTokenSource();
        await using var reader = _hub.ReadAsync("s", disposed.Token, default).GetAsyncEnumerator();
        using var cancelled = new CancellationTokenSource();
        await using var other = _hub.ReadAsync("s", default, cancelled.Token).GetAsyncEnumerator();
        (await NextAsync(reader)).Should().Be("Synchronized");
        (await NextAsync(other)).Should().Be("Synchronized");
        var (ends, fails) = (reader.MoveNextAsync().AsTask(), other.MoveNextAsync().AsTask());

        await disposed.CancelAsync();
        await cancelled.CancelAsync();

        (await ends.WaitAsync(TimeSpan.FromSeconds(10))).Should().BeFalse();
        await FluentActions.Awaiting(() => fails.WaitAsync(TimeSpan.FromSeconds(10))).Should().ThrowAsync<OperationCanceledException>();
        _hub.Readers.Should().Be(0);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("s", true)]
    [InlineData("S", false)]
    [InlineData("t", false)]
    public void Wants_Service_OwnOrAll_R_REG_16(string? watched, bool wants) => new WatchReader(_hub, watched).Wants("s").Should().Be(wants);

    private static ServiceRecord Of(params string[] ids) =>
        new() { Name = "s", Version = ids.Length > 0 ? "1" : "", Nodes = [.. ids.Select(id => new Node { Id = id, Address = "h:1" })] };

    private static RecordSet SetOf(params string[] ids) => RecordSet.Create([Of(ids)]);

    private static async Task<string> NextAsync(IAsyncEnumerator<RegistryEvent> reader)
    {
        (await reader.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10))).Should().BeTrue();
        var change = reader.Current;
        return change.Service is null ? change.Kind.ToString() : $"{change.Kind} {string.Join(',', change.Service.Nodes.Select(node => node.Id))}";
    }

    private IAsyncEnumerator<RegistryEvent> Read(string? service) => _hub.ReadAsync(service, default, default).GetAsyncEnumerator();
}
