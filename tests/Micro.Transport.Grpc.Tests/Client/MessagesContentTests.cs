using Micro.Transport.Grpc.Client;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>
/// The body of a stream in the hands of the HTTP/2 handler, which cancels its token when the server has reset the stream and
/// takes a failure of the body for the reason of the whole call.
/// </summary>
public sealed class MessagesContentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task CopyToAsync_ResetThenCompleted_EndsWithoutFailure()
    {
        using var content = new MessagesContent(CancellationToken.None);
        using var reset = new CancellationTokenSource();
        var first = content.CopyToAsync(new MemoryStream(), null, reset.Token);
        await content.WriteAsync(new byte[] { 1 }, Task.CompletedTask, CancellationToken.None);

        await reset.CancelAsync();
        content.Complete();

        await first.WaitAsync(Patience);
        var again = new MemoryStream();
        await content.CopyToAsync(again, null, CancellationToken.None);
        again.ToArray().Should().Equal(1);
    }

    [Fact]
    public async Task CopyToAsync_ResetBeforeItsHeadWasFlushed_EndsWithoutFailure()
    {
        using var content = new MessagesContent(CancellationToken.None);
        using var reset = new CancellationTokenSource();
        var body = new HeldStream();
        var sending = content.CopyToAsync(body, null, reset.Token);

        await reset.CancelAsync();

        await sending.WaitAsync(Patience);
        content.HasBegun.Should().BeTrue("whoever resets a stream has seen its head");
    }

    [Fact]
    public async Task CopyToAsync_ResetWhileMessagesAreSentAgain_EndsWithoutFailure()
    {
        using var content = new MessagesContent(CancellationToken.None);
        using var first = new CancellationTokenSource();
        var sending = content.CopyToAsync(new MemoryStream(), null, first.Token);
        await content.WriteAsync(new byte[] { 1 }, Task.CompletedTask, CancellationToken.None);
        await first.CancelAsync();
        await sending.WaitAsync(Patience);
        using var second = new CancellationTokenSource();
        var held = new HeldStream { FreeFlushes = 1 };
        sending = content.CopyToAsync(held, null, second.Token);

        await second.CancelAsync();

        await sending.WaitAsync(Patience);
        held.ToArray().Should().Equal(1);
    }

    [Fact]
    public async Task CopyToAsync_CallerGone_IsCancelled()
    {
        using var life = new CancellationTokenSource();
        using var content = new MessagesContent(life.Token);
        var sending = content.CopyToAsync(new MemoryStream(), null, life.Token);

        await life.CancelAsync();

        await FluentActions.Awaiting(() => sending).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task CopyToAsync_EndedByTheServerAfterItsAnswer_IsCancelled()
    {
        // The handler drops such a body without a word to the server; one that ends well it would end for the server too.
        using var content = new MessagesContent(CancellationToken.None);
        using var reset = new CancellationTokenSource();
        var sending = content.CopyToAsync(new MemoryStream(), null, reset.Token);
        content.Commit();

        await reset.CancelAsync();

        await FluentActions.Awaiting(() => sending).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task WriteAsync_ServerAnswersBeforeTheBodyIsOpen_IsSentWhenItOpens()
    {
        using var content = new MessagesContent(CancellationToken.None);
        var body = new GatedStream();
        var sending = content.CopyToAsync(body, null, CancellationToken.None);
        content.Commit();
        var writing = content.WriteAsync(new byte[] { 1 }, Task.CompletedTask, CancellationToken.None).AsTask();
        writing.IsCompleted.Should().BeFalse("the body is not open");

        body.Gate.SetResult();

        await writing.WaitAsync(Patience);
        body.ToArray().Should().Equal(1);
        content.Complete();
        await sending.WaitAsync(Patience);
    }

    [Fact]
    public async Task WriteAsync_ServerEndsTheCallBeforeTheBodyIsOpen_Fails()
    {
        using var content = new MessagesContent(CancellationToken.None);
        using var reset = new CancellationTokenSource();
        var sending = content.CopyToAsync(new HeldStream(), null, reset.Token);
        var writing = content.WriteAsync(new byte[] { 1 }, Task.CompletedTask, CancellationToken.None).AsTask();

        await reset.CancelAsync();

        await FluentActions.Awaiting(() => writing.WaitAsync(Patience)).Should().ThrowAsync<IOException>();
        await sending.WaitAsync(Patience);
    }

    /// <summary>Flushes when its gate opens.</summary>
    private sealed class GatedStream : MemoryStream
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Task FlushAsync(CancellationToken cancellationToken) => Gate.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Flushes so often, and then waits until it is cancelled.</summary>
    private sealed class HeldStream : MemoryStream
    {
        public int FreeFlushes { get; set; }

        public override Task FlushAsync(CancellationToken cancellationToken) =>
            FreeFlushes-- > 0 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
