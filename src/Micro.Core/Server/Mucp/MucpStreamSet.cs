using System.Buffers;
using System.Text;
using Micro.Codecs;
using Micro.Server.Handlers;
using Micro.Server.Peers;
using Micro.Telemetry;
using Micro.Transport;
using Micro.Transport.Messages;
using Microsoft.AspNetCore.Connections;

namespace Micro.Server.Mucp;

/// <summary>The open streams of one server connection, told apart by <c>Micro-Stream</c>.</summary>
internal sealed class MucpStreamSet(MucpServer server, MucpReplyWriter replies, ConnectionContext connection, MucpServerConnection owner, Peer peer) : IDisposable
{
    private const string EndOfStream = "EOS";

    private readonly Lock _gate = new();
    private readonly FinishedStreams _finished = new(server.Limits.MaxStreamsPerConnection);

    /// <summary>Made with the first stream: most connections have none.</summary>
    private Dictionary<string, MucpServerStream>? _streams;
    private int _open;
    private readonly CancellationTokenSource _ended = new();

    public bool IsEmpty => Volatile.Read(ref _open) == 0;

    /// <summary>Whether the client ever asked for a stream.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Takes a frame of an open stream.</summary>
    /// <returns>Whether there is such a stream.</returns>
    public async ValueTask<bool> TryPostAsync(string id, MessageHead frame, ReadOnlySequence<byte> body, BodyHold hold)
    {
        var isEnd = !frame.GetEither(KnownHeader.MicroError, KnownHeader.XMicroError).IsEmpty;
        MucpServerStream? stream;
        lock (_gate)
        {
            stream = _streams?.GetValueOrDefault(id);
        }

        if (stream is null)
        {
            return _finished.Takes(id, isEnd);
        }

        if (!isEnd)
        {
            await stream.PostAsync(body, hold.Release(), _ended.Token).ConfigureAwait(false);
        }
        else
        {
            stream.CompleteReading();
        }

        return true;
    }

    /// <summary>Opens a stream; its first frame only names the endpoint, its body is dropped as go-micro does.</summary>
    /// <exception cref="MicroException">503: too many streams on the connection, from the peer or in the server.</exception>
    public void Open(string id, MessageHead head, EndpointInvoker invoker, ContentFormat format, Func<MessageHead, HandlerContext> makeContext)
    {
        IsUsed = true;
        if (server.Stopping.IsCancellationRequested)
        {
            // Nothing was executed: the caller opens it on another node at once.
            _finished.Add(id);
            throw FailureMapper.GoingAway(server.ServiceName);
        }

        if (Volatile.Read(ref _open) >= server.Limits.MaxStreamsPerConnection)
        {
            _finished.Add(id);
            throw MicroException.Unavailable(server.ServiceName, $"more than {server.Limits.MaxStreamsPerConnection} streams on a connection");
        }

        if (!server.Streams.TryTake(peer))
        {
            _finished.Add(id);
            throw server.Streams.Refusal(server.ServiceName);
        }

        var opening = head.Detach();
        var context = makeContext(opening);
        var stream = new MucpServerStream(id, opening, format, replies, context, server, peer);
        lock (_gate)
        {
            _streams ??= new Dictionary<string, MucpServerStream>(StringComparer.Ordinal);
            _streams[id] = stream;
            _open = _streams.Count;
        }

        server.BeginStream();
        stream.Completion = Task.Run(() => RunAsync(stream, invoker, context));
    }

    /// <summary>Ends all streams: the connection is gone.</summary>
    /// <param name="leaving">Ends the wait for handlers that do not end.</param>
    public async ValueTask EndAsync(CancellationToken leaving)
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        MucpServerStream[] open;
        lock (_gate)
        {
            open = _streams is null ? [] : [.. _streams.Values];
        }

        foreach (var stream in open)
        {
            await stream.Completion.WaitAsync(leaving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _ended.Dispose();

    /// <summary>Fires when the connection's loop has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    private async Task RunAsync(MucpServerStream stream, EndpointInvoker invoker, HandlerContext context)
    {
        server.Statistics.CountRequest();
        try
        {
            var end = await InvokeAsync(stream, invoker, context).ConfigureAwait(false);
            await replies.WriteStreamEndAsync(stream, end).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException or ConnectionResetException or OperationCanceledException or InvalidOperationException)
        {
            // The client is gone: nobody is left to tell how the stream ended.
            server.Logger.ConnectionEnded(connection.ConnectionId, connection.RemoteEndPoint?.ToString(), exception.Message);
        }
        finally
        {
            if (!stream.HasClientEnded)
            {
                _finished.Add(stream.Id);
            }

            lock (_gate)
            {
                _streams!.Remove(stream.Id);
                _open = _streams.Count;
            }

            context.End();
            stream.Dispose();
            server.Streams.Return(peer);
            server.EndStream();
            owner.OnWorkEnded();
        }
    }

    /// <summary>Runs the handler and gives the text that ends the stream.</summary>
    private async Task<string> InvokeAsync(MucpServerStream stream, EndpointInvoker invoker, HandlerContext context)
    {
        var observed = ServerTelemetry.IsOn && !invoker.IsInternal ? server.Telemetry.Begin(invoker.Name, stream.Opening, MucpServer.HttpVersion) : default;
        try
        {
            if (context.Waited > TimeSpan.Zero)
            {
                // The end of the connection may wait in the socket behind the opening.
                await Task.Delay(PauseWatch.SettleTime, server.TimeProvider, context.CancellationToken).ConfigureAwait(false);
            }

            context.ThrowIfTooLate(server.ServiceName);
            await invoker.InvokeStreamAsync(context, stream).ConfigureAwait(false);
            if (ResponseMetadataWriter.Check(context) is { } tooLarge)
            {
                throw tooLarge;
            }

            observed.End(null);
            return EndOfStream;
        }
        catch (Exception failure)
        {
            var exception = context.OrIdle(failure, server.ServiceName);

            // Only when the client is gone is there nobody to tell; a handler's own cancellation is its failure.
            if (exception is CallerGoneException || (exception is OperationCanceledException && context.IsCallerGone && !server.StreamCut.IsCancellationRequested))
            {
                observed.EndWithoutCaller();
                server.Logger.CallerGone(stream.Endpoint, exception.InnerException?.Message ?? exception.Message);
                throw;
            }

            server.Statistics.CountError();
            ResponseMetadataWriter.Check(context);
            var error = server.Failures.Map(exception, stream.Endpoint, context.IsDeadlinePassed, server.Stopping.IsCancellationRequested, isStream: true);
            observed.End(error);
            return ErrorJson.Format(error);
        }
    }

    /// <summary>Text of the id; ids are short, longer ones are nobody's.</summary>
    public static string ReadId(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value);
}
