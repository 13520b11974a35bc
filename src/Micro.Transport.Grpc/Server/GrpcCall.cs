using System.Runtime.CompilerServices;
using Micro.Server;
using Micro.Server.Handlers;
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
    private RequestMessages? _requests;
    private HandlerContext? _context;
    private EndpointInvoker? _invoker;
    private bool _isCounted;
    private ServerCall _observed;

    public GrpcCall(GrpcServer server, HttpExchange exchange)
    {
        _server = server;
        _host = server.Host;
        _exchange = exchange;
        _head = new RequestHead(exchange.Request.Headers);
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

            await (_invoker!.IsStream ? RunStreamAsync(_invoker, format) : RunUnaryAsync(_invoker, format));
            await _reply.SucceedAsync();
            _observed.End(null);
        }
        catch (Exception exception)
        {
            _host.Statistics.CountError();
            Report(exception);
        }
        finally
        {
            _context?.End();
        }
    }

    public void Dispose()
    {
        _requests?.Dispose();
        _reply.Dispose();
    }

    /// <summary>Reads the head: everything that can be wrong before the first message.</summary>
    private GrpcFormat Open()
    {
        var headers = _exchange.Request.Headers;
        if (!_server.Formats.TryGet(headers.ContentType.ToString(), out var format))
        {
            throw new CallRefusal(StatusCode.Unimplemented, $"content type '{headers.ContentType}' is not supported");
        }

        _reply.Begin(format);
        _head.ThrowIfMalformed();
        var deadline = _head.ReadDeadline(_host.TimeProvider);
        _invoker = _server.Endpoints.Get(_exchange.Request.RawTarget);
        _requests = new RequestMessages(
            _exchange.Features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader, _host.Limits, _server.SlowCalls, _host.TimeProvider, IsGzip());
        var connection = _exchange.Features.Get<Http2Connection>();
        _context = new HandlerContext(
            _host.ServiceName,
            _invoker.Name,
            format.ContentType,
            _invoker.IsStream,
            _head,
            _host.TimeProvider,
            deadline,
            connection?.Remote,
            connection?.Local,
            _exchange.Aborted,
            _host.Cut);
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
        // Read first: who sends slowly takes no place from those who have sent.
        var requests = _requests!;
        await requests.ReadOnlyAsync();
        BeginCall(invoker);
        try
        {
            ValueTask running;
            try
            {
                ThrowIfLate();
                running = invoker.InvokeAsync(_context!, format.Codec, requests.Message, _reply.NewFrame());
            }
            finally
            {
                requests.Release();
            }

            await running;
        }
        finally
        {
            EndCall();
        }

        _reply.AppendFrame();
    }

    private async ValueTask RunStreamAsync(EndpointInvoker invoker, GrpcFormat format)
    {
        BeginCall(invoker);
        try
        {
            ThrowIfLate();
            var context = _context!;
            await invoker.InvokeStreamAsync(context, new GrpcServerStream(invoker.Name, format.Codec, _requests!, _reply, context.CancellationToken));
        }
        finally
        {
            EndCall();
        }
    }

    private void BeginCall(EndpointInvoker invoker)
    {
        // A probe of a busy server is answered: that it is busy does not make it unhealthy.
        if (invoker is { IsInternal: true, IsStream: false })
        {
            return;
        }

        _isCounted = _host.TryBeginCall();
        if (!_isCounted)
        {
            throw MicroException.Unavailable(_host.ServiceName, $"more than {_host.Limits.MaxConcurrentCalls} calls at a time");
        }
    }

    private void EndCall()
    {
        if (_isCounted)
        {
            _host.EndCall();
        }
    }

    private void ThrowIfLate()
    {
        if (_context!.IsDeadlinePassed)
        {
            throw MicroException.Timeout(_host.ServiceName, $"{_context.Endpoint}: deadline exceeded before the call started");
        }
    }

    private void Report(Exception exception)
    {
        if (exception is CallRefusal refusal)
        {
            CallFailure.Report(_reply, refusal);
            Tell(new MicroException(GrpcStatusCodes.ToMicroCode(refusal.Status), _host.ServiceName, refusal.Message));
            return;
        }

        var isCallerGone = exception is CallerGoneException || (exception is OperationCanceledException && (_context?.IsCallerGone ?? true));
        if (isCallerGone && !_host.Cut.IsCancellationRequested)
        {
            _observed.EndWithoutCaller();
            return; // nobody is left to tell
        }

        var error = _host.Failures.Map(
            exception,
            _invoker?.Name ?? "",
            _context?.IsDeadlinePassed ?? false,
            _host.Cut.IsCancellationRequested,
            _invoker?.IsStream ?? false);
        CallFailure.Report(_reply, error);
        Tell(error);
    }

    /// <summary>Tells those who listen how the call failed, or that no call came of it.</summary>
    private void Tell(MicroException error)
    {
        if (_context is null && ServerTelemetry.IsOn)
        {
            _host.Telemetry.Refused(_invoker?.Name, _head, HttpVersion, error);
        }

        _observed.End(error);
    }
}
