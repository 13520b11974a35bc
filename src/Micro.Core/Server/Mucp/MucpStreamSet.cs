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
internal sealed class MucpStreamSet(ProtocolHost host, MucpReplyWriter replies, ConnectionLifetime lifetime, ConnectionContext connection, Peer peer)
{
    private const string EndOfStream = "EOS";

    private readonly Lock _gate = new();
    private readonly FinishedStreams _finished = new(host.Limits.MaxStreamsPerConnection);

    /// <summary>Made with the first stream: most connections have none.</summary>
    private Dictionary<string, MucpServerStream>? _streams;

    /// <summary>Gets whether the client ever asked for a stream.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>Dispatches a frame of an open stream.</summary>
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
            await stream.PostAsync(body, hold.Release(), lifetime.Ended).ConfigureAwait(false);
        }
        else
        {
            stream.CompleteReading();
        }

        return true;
    }

    /// <summary>Reserves the place of the next stream.</summary>
    /// <exception cref="MicroException">503: too many streams on the connection, from the peer or in the server.</exception>
    public void Admit(string id)
    {
        IsUsed = true;
        if (host.Stopping.IsCancellationRequested)
        {
            // Nothing was executed: the caller opens it on another node at once.
            _finished.Add(id);
            throw FailureMapper.GoingAway(host.ServiceName);
        }

        if (lifetime.OpenStreams >= host.Limits.MaxStreamsPerConnection)
        {
            _finished.Add(id);
            throw MicroException.Unavailable(host.ServiceName, $"more than {host.Limits.MaxStreamsPerConnection} streams on a connection");
        }

        if (!host.Streams.TryTake(peer))
        {
            _finished.Add(id);
            throw host.Streams.Refusal(host.ServiceName);
        }
    }

    /// <summary>Opens a stream; its first frame only names the endpoint, its body is dropped as go-micro does.</summary>
    /// <param name="id">The id, for which <see cref="Admit"/> has taken a place.</param>
    /// <param name="opening">The head of the first frame; owned from now on.</param>
    /// <param name="format">Encodes and decodes messages.</param>
    /// <param name="context">The context of the handler.</param>
    /// <param name="invoker">The endpoint.</param>
    public void Open(string id, MessageHead opening, ContentFormat format, HandlerContext context, EndpointInvoker invoker)
    {
        var stream = new MucpServerStream(id, opening, format, replies, context, host, peer);
        lock (_gate)
        {
            _streams ??= new Dictionary<string, MucpServerStream>(StringComparer.Ordinal);
            _streams[id] = stream;
            lifetime.OpenStreams = _streams.Count;
        }

        host.BeginStream();
        stream.Completion = Task.Run(() => RunAsync(stream, invoker, context));
    }

    /// <summary>Waits for the end of all streams: the connection is gone.</summary>
    /// <param name="leaving">Ends the wait for handlers that do not end.</param>
    public async ValueTask WaitAsync(CancellationToken leaving)
    {
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

    private async Task RunAsync(MucpServerStream stream, EndpointInvoker invoker, HandlerContext context)
    {
        host.Statistics.CountRequest();
        try
        {
            var end = await InvokeAsync(stream, invoker, context).ConfigureAwait(false);
            await stream.EndAsync(end, lifetime.AnnouncesClose(stream.Opening)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException or ConnectionResetException or OperationCanceledException or InvalidOperationException)
        {
            // The client is gone: nobody is left to tell how the stream ended.
            host.Logger.ConnectionEnded(connection.ConnectionId, connection.RemoteEndPoint?.ToString(), exception.Message);
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
                lifetime.OpenStreams = _streams.Count;
            }

            context.End();
            stream.Dispose();
            host.Streams.Return(peer);
            host.EndStream();
            lifetime.OnWorkEnded();
        }
    }

    /// <summary>Runs the handler and gives the text that ends the stream.</summary>
    private async Task<string> InvokeAsync(MucpServerStream stream, EndpointInvoker invoker, HandlerContext context)
    {
        var observed = ServerTelemetry.IsOn && !invoker.IsInternal ? host.Telemetry.Begin(invoker.Name, stream.Opening, ProtocolNames.MucpHttpVersion) : default;
        try
        {
            if (context.Waited > TimeSpan.Zero)
            {
                // The end of the connection may wait in the socket behind the opening.
                await Task.Delay(PauseWatch.SettleTime, host.TimeProvider, context.CancellationToken).ConfigureAwait(false);
            }

            context.ThrowIfTooLate(host.ServiceName);
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
            var exception = context.OrIdle(failure, host.ServiceName);

            // Only when the client is gone is there nobody to tell; a handler's own cancellation is its failure.
            if (exception is CallerGoneException || (exception is OperationCanceledException && context.IsCallerGone && !host.StreamCut.IsCancellationRequested))
            {
                observed.EndWithoutCaller();
                host.Logger.CallerGone(stream.Endpoint, exception.InnerException?.Message ?? exception.Message);
                throw;
            }

            host.Statistics.CountError();
            ResponseMetadataWriter.Check(context);
            var error = host.Failures.Map(exception, stream.Endpoint, context.IsDeadlinePassed, host.Stopping.IsCancellationRequested, isStream: true);
            observed.End(error);
            return ErrorJson.Format(error);
        }
    }

    /// <summary>Text of the id; ids are short, longer ones are nobody's.</summary>
    public static string ReadId(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value);
}
