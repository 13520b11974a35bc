using Micro.Server;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Transport;

/// <summary>
/// What requests of one HTTP/2 connection share. When the server stops, Kestrel says good-bye (GOAWAY) and then waits for the
/// client to leave: a client that stays without a running request is sent away from here.
/// </summary>
internal sealed class Http2Connection(ProtocolHost host, ConnectionContext connection)
{
    /// <summary>The time in which requests that crossed the good-bye are still served and the last answers are sent.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(1);

    private int _requests;
    private int _handlers;
    private TaskCompletionSource? _replied;

    /// <summary>Address of the client, made once for all requests.</summary>
    public string? Remote { get; } = AddressText.Of(connection.RemoteEndPoint);

    /// <summary>Address on which it came in.</summary>
    public string? Local { get; } = AddressText.Of(connection.LocalEndPoint);

    public void BeginRequest() => Interlocked.Increment(ref _requests);

    /// <summary>A request has ended, its answer written.</summary>
    public void EndRequest(IFeatureCollection request)
    {
        if (request.Get<OpenStream>() is not null)
        {
            host.EndStream();
        }

        var left = Interlocked.Decrement(ref _requests);
        EndWaitForReplies();
        if (left == 0 && host.Closing.IsCancellationRequested)
        {
            CloseWhenIdle();
        }
    }

    /// <summary>A handler begins; from its end to the end of its request a reply is on its way.</summary>
    public void BeginHandler() => Interlocked.Increment(ref _handlers);

    public void EndHandler() => Interlocked.Decrement(ref _handlers);

    /// <summary>The request is a stream, which counts as one until its last bytes are written.</summary>
    public void BeginStream(IFeatureCollection request)
    {
        host.BeginStream();
        request.Set(OpenStream.Instance);
    }

    /// <summary>Ends the connection if in a moment still no request runs.</summary>
    public void CloseWhenIdle() => _ = CloseWhenIdleAsync();

    /// <summary>
    /// Waits until the replies that handlers have given are written, then ends the connection, whatever still runs on it:
    /// what Kestrel says at the end is written too, unless a handler that goes on after its cancellation holds it up.
    /// </summary>
    /// <param name="serving">Ends when Kestrel no longer uses the connection.</param>
    /// <param name="output">The output of the connection.</param>
    public async Task LeaveAsync(Task serving, Http2Output output)
    {
        var replied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _replied, replied);
        Interlocked.MemoryBarrier();
        EndWaitForReplies();
        await replied.Task.WaitAsync(connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await output.FlushedAsync().WaitAsync(connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // To Kestrel this looks like the client's own end.
        connection.Transport.Input.CancelPendingRead();
        await serving.WaitAsync(GoodbyeTime, host.TimeProvider, connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void EndWaitForReplies()
    {
        if (Volatile.Read(ref _replied) is { } replied && Volatile.Read(ref _requests) <= Volatile.Read(ref _handlers))
        {
            replied.TrySetResult();
        }
    }

    private async Task CloseWhenIdleAsync()
    {
        await Task.Delay(GoodbyeTime, host.TimeProvider, connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Volatile.Read(ref _requests) == 0)
        {
            // To Kestrel this looks like the client's own end: it names the last request it took and closes.
            connection.Transport.Input.CancelPendingRead();
        }
    }

    /// <summary>Marks a request as a stream.</summary>
    private sealed class OpenStream
    {
        public static readonly OpenStream Instance = new();
    }
}
