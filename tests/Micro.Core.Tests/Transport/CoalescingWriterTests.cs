using System.Text;
using Micro.Basics;
using Micro.Testing;

namespace Micro.Transport;

public sealed class CoalescingWriterTests : IByteSink
{
    private readonly List<string> _sent = [];
    private TaskCompletionSource _sending = new();
    private long _waiting;

    [Fact]
    public async Task Append_WhileASendIsUnderWay_LeavesTogetherWithTheNext()
    {
        using var writer = new CoalescingWriter(this);
        Append(writer, "a");
        writer.StartSending();

        Append(writer, "b");
        writer.StartSending();
        Append(writer, "c");
        writer.StartSending();
        _sent.Should().Equal("a");
        Complete();

        await Eventually.TrueAsync(() => _sent.Count == 2, "the second send");
        _sent.Should().Equal("a", "bc");
    }

    [Fact]
    public async Task Append_WhileASendWaits_CountsTheMemoryUntilItEnds()
    {
        using var writer = new CoalescingWriter(this);
        Append(writer, "a");
        _waiting.Should().Be(0, "nothing waits before it is sent");

        writer.StartSending();
        Append(writer, new string('b', 5000));

        _waiting.Should().BeInRange(5001, 4 * 5001);
        Complete();
        await Eventually.TrueAsync(() => _sent.Count == 2, "the second send");
        Complete();
        await Eventually.TrueAsync(() => _waiting == 0, "all is taken");
    }

    [Fact]
    public async Task Send_FailsWhileMoreWaits_NothingIsCountedAnyMore()
    {
        using var writer = new CoalescingWriter(this);
        Append(writer, "a");
        writer.StartSending();
        Append(writer, "b");

        _sending.SetException(new IOException("gone"));

        await Eventually.TrueAsync(() => _waiting == 0, "the connection is gone");
    }

    [Fact]
    public async Task FlushAsync_QueueAboveTheLimit_WaitsForProgress()
    {
        using var writer = new CoalescingWriter(this);
        Append(writer, "first");
        writer.StartSending();
        Append(writer, "second");

        var patient = writer.FlushAsync(leave: 20).AsTask();
        var strict = writer.FlushAsync().AsTask();

        patient.IsCompleted.Should().BeTrue();
        strict.IsCompleted.Should().BeFalse();
        Complete();
        await Eventually.TrueAsync(() => _sent.Count == 2, "the second send");
        Complete();
        await strict.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Send_Fails_WaitersLearnItAndLaterFramesAreDropped()
    {
        using var writer = new CoalescingWriter(this);
        Append(writer, "a");
        writer.StartSending();
        var waiting = writer.FlushAsync().AsTask();

        _sending.SetException(new IOException("gone"));

        var wait = () => waiting.WaitAsync(TimeSpan.FromSeconds(20));
        (await wait.Should().ThrowAsync<IOException>()).WithMessage("gone");
        Append(writer, "b");
        writer.StartSending();
        _sent.Should().Equal("a");
        writer.QueuedBytes.Should().Be(0);
    }

    [Fact]
    public void Append_WriterThrows_NothingOfTheFrameStays()
    {
        using var writer = new CoalescingWriter(this);
        Append(writer, "a");
        var append = () => writer.Append(0, static (PooledBufferWriter output, in int _) =>
        {
            System.Buffers.BuffersExtensions.Write(output, "half"u8);
            throw new InvalidOperationException("half-way");
        });

        append.Should().Throw<InvalidOperationException>();
        Append(writer, "b");
        writer.StartSending();

        _sent.Should().Equal("ab");
    }

    [Fact]
    public void HandedOver_FrameNotYetSent_LiesBeforeIt()
    {
        using var writer = new CoalescingWriter(this);
        var first = Append(writer, "abc");
        writer.StartSending();
        var second = Append(writer, "d");

        first.Should().BeLessThan(writer.HandedOver);
        second.Should().BeGreaterThanOrEqualTo(writer.HandedOver);
    }

    private static long Append(CoalescingWriter writer, string text) => writer.Append(
        in text, static (PooledBufferWriter output, in string frame) => System.Buffers.BuffersExtensions.Write(output, Encoding.UTF8.GetBytes(frame)));

    ValueTask IByteSink.SendAsync(ReadOnlyMemory<byte> bytes)
    {
        _sent.Add(Encoding.UTF8.GetString(bytes.Span));
        return new ValueTask(_sending.Task);
    }

    void IByteSink.OnWaiting(long bytes) => _waiting += bytes;

    void IByteSink.OnSending(bool waits)
    {
    }

    private void Complete()
    {
        var done = _sending;
        _sending = new TaskCompletionSource();
        done.SetResult();
    }
}
