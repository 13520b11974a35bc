using System.Runtime.CompilerServices;
using Micro.Server;
using Micro.Server.Handlers;
using Micro.Server.Listening;
using Micro.Server.Peers;
using Micro.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Micro.Transport.Grpc.Server;

/// <summary>One call from its headers to its status.</summary>
internal sealed class GrpcCall : IDisposable
{
    private const string HttpVersion = "2";

    private readonly GrpcServer _server;
    private readonly ProtocolHost _host;
    private readonly HttpExchange _exchange;
    private readonly RequestHead _head;
    private readonly GrpcReply _reply;
    private readonly Http2Connection _connection;
    private RequestMessages? _requests;
    private HandlerContext? _context;
    private EndpointInvoker? _invoker;
    private SlotBudget? _places;
    private ServerCall _observed;

    public GrpcCall(GrpcServer server, HttpExchange exchange)
    {
        _server = server;
        _host = server.Host;
        _exchange = exchange;
        _connection = exchange.Owner.Connection;
        _head = new RequestHead(exchange.Request.Headers, server);
        _reply = new GrpcReply(exchange, server.Host.Limits.MaxMessageBytes);
    }

    /// <summary>Answers the call, whatever happens.</summary>
    public async Task RunAsync()
    {
        _host.Statistics.CountRequest();
        try
        {
            var format = Open();
            if (ServerTelemetry.IsOn && !_invoker!.IsInternal)
            {
                _observed = _host.Telemetry.Begin(_invoker.Name, _head, HttpVersion);
            }

            _connection.BeginHandler();
            try
            {
                if (_invoker!.IsStream)
                {
                    await RunStreamAsync(_invoker, format).ConfigureAwait(false);
                }
                else
                {
                    await RunUnaryAsync(_invoker, format).ConfigureAwait(false);
                }
            }
            finally
            {
                _connection.EndHandler();
            }

            await _reply.SucceedAsync().ConfigureAwait(false);
            _observed.End(null);
        }
        catch (Exception exception)
        {
            Report(exception);
        }
        finally
        {
            _context?.End();
            _exchange.Owner.ReplyBytes = _reply.Bytes;
        }
    }

    public void Dispose()
    {
        _exchange.Owner.Watch(null);
        _requests?.Dispose();
        _reply.Dispose();
    }

    /// <summary>Reads and checks the head.</summary>
    private GrpcFormat Open()
    {
        var headers = _exchange.Request.Headers;
        if (!_server.Formats.TryGet(headers.ContentType.ToString(), out var format))
        {
            throw new CallRefusal(StatusCode.Unimplemented, $"content type '{headers.ContentType}' is not supported");
        }

        _reply.Begin(format);
        _head.ThrowIfMalformed();
        var now = _host.TimeProvider.GetTimestamp();
        var deadline = _head.ReadDeadline(_host.TimeProvider, now);
        _invoker = _server.Endpoints.Get(_exchange.Request.RawTarget);
        _requests = new RequestMessages(
            _exchange.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader, _host, new RequestRoom(_host.Held, _connection.Peer, _exchange.Aborted), IsGzip());
        _exchange.Owner.Watch(_requests);
        _context = new HandlerContext(
            _host.ServiceName,
            _invoker.Name,
            format.ContentType,
            _invoker.IsStream,
            _head,
            _host.TimeProvider,
            deadline,
            _connection.Remote,
            _connection.Local,
            _exchange.Aborted,
            _invoker.IsStream ? _host.StreamCut : _host.Cut)
        {
            Stopping = _host.Stopping,
            Waited = _host.Pauses.PauseBefore(now),
            Tls = _exchange.Features.Get<ITlsConnectionFeature>(),
        };
        _reply.Use(_context);
        return format;
    }

    private bool IsGzip()
    {
        try
        {
            return _head.IsGzip();
        }
        catch (CallRefusal)
        {
            _exchange.Response.Headers["grpc-accept-encoding"] = "identity,gzip";
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RunUnaryAsync(EndpointInvoker invoker, GrpcFormat format)
    {
        // Read before admission: a slow sender takes no slot from callers that have sent their request.
        var requests = _requests!;
        await requests.ReadSingleAsync().ConfigureAwait(false);
        await SettleAsync().ConfigureAwait(false);
        BeginCall(invoker);
        try
        {
            ValueTask running;
            try
            {
                _context!.ThrowIfTooLate(_host.ServiceName);
                running = invoker.InvokeAsync(_context, format.Codec, requests.Message, _reply.NewFrame());
            }
            finally
            {
                requests.Release(keepRoom: true);
            }

            await running.ConfigureAwait(false);
        }
        finally
        {
            EndCall();
        }

        _reply.AppendFrame();
    }

    private async ValueTask RunStreamAsync(EndpointInvoker invoker, GrpcFormat format)
    {
        if (_host.Stopping.IsCancellationRequested && !invoker.IsInternal)
        {
            // Nothing was executed: the caller can retry on another node at once.
            throw FailureMapper.GoingAway(_host.ServiceName);
        }

        await SettleAsync().ConfigureAwait(false);
        BeginCall(invoker);
        _exchange.Owner.BeginStream();
        try
        {
            var context = _context!;
            context.ThrowIfTooLate(_host.ServiceName);
            using var idle = new StreamIdleWatch(_host, context);
            await invoker.InvokeStreamAsync(context, new GrpcServerStream(invoker.Name, format.Codec, _requests!, _reply, idle, context.CancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            EndCall();
        }
    }

    private void BeginCall(EndpointInvoker invoker)
    {
        // Health probes are answered under load: a busy server is not unhealthy.
        if (invoker is { IsInternal: true, IsStream: false })
        {
            return;
        }

        var places = invoker.IsStream ? _host.Streams : _host.Calls;
        if (!places.TryTake(_connection.Peer))
        {
            throw places.Refusal(_host.ServiceName);
        }

        _places = places;
    }

    private void EndCall() => _places?.Return(_connection.Peer);

    /// <summary>Reads what arrived during a pause of the process: the caller's reset may wait in the socket behind its request.</summary>
    private Task SettleAsync() =>
        _context!.Waited > TimeSpan.Zero ? Task.Delay(PauseWatch.SettleTime, _host.TimeProvider) : Task.CompletedTask;

    private void Report(Exception failure)
    {
        var exception = _context?.OrIdle(failure, _host.ServiceName) ?? failure;
        if (exception is CallRefusal refusal)
        {
            _host.Statistics.CountError();
            CallFailure.Report(_reply, refusal);
            Tell(new MicroException(GrpcStatusCodes.ToMicroCode(refusal.Status), _host.ServiceName, refusal.Message));
            return;
        }

        var isCallerGone = exception is CallerGoneException || (exception is OperationCanceledException && (_context?.IsCallerGone ?? true));
        var isStream = _invoker?.IsStream ?? false;
        if (isCallerGone && !(isStream ? _host.StreamCut : _host.Cut).IsCancellationRequested)
        {
            _observed.EndWithoutCaller();
            _host.Logger.CallerGone(_invoker?.Name ?? "", exception.InnerException?.Message ?? exception.Message);
            return; // the caller is gone
        }

        _host.Statistics.CountError();
        var error = _host.Failures.Map(
            exception,
            _invoker?.Name ?? "",
            _context?.IsDeadlinePassed ?? false,
            _host.Cut.IsCancellationRequested || (isStream && _host.Stopping.IsCancellationRequested) || (_context?.EndedByStopping(exception) ?? false),
            isStream);
        CallFailure.Report(_reply, error);
        Tell(error);
    }

    /// <summary>Reports the failure, or that the request became no call, to telemetry.</summary>
    private void Tell(MicroException error)
    {
        if (_context is null && ServerTelemetry.IsOn)
        {
            _host.Telemetry.Refused(_invoker?.Name, _head, HttpVersion, error);
        }

        _observed.End(error);
    }
}
