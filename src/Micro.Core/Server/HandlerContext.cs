using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Micro.Transport;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Server;

/// <summary>
/// The context of one call for its handler and interceptors. Not safe for concurrent use; do not use it after the handler
/// has returned.
/// </summary>
public sealed class HandlerContext : IParentCall
{
    private TimeProvider _timeProvider = TimeProvider.System;
    private IHeaderSource _headers = EndedCall.Instance;
    private long _deadline;
    private CancellationToken _connectionEnds;
    private CancellationToken _serverCuts;
    private CancellationTokenRegistration _onConnectionEnds;
    private CancellationTokenRegistration _onServerCuts;
    private CancellationTokenSource? _cancellation;
    private volatile bool _isCancelled;
    private volatile bool _isIdle;
    private CallMetadata? _metadata;
    private CallMetadata? _responseHeaders;
    private CallMetadata? _responseTrailers;
    private AsyncServiceScope? _scope;
    private ClaimsPrincipal? _user;

    internal HandlerContext(
        string service,
        string endpoint,
        string contentType,
        bool isStream,
        IHeaderSource headers,
        TimeProvider timeProvider,
        long deadline,
        string? remoteAddress,
        string? localAddress,
        CancellationToken connectionEnds,
        CancellationToken serverCuts = default) =>
        Begin(service, endpoint, contentType, isStream, headers, timeProvider, deadline, remoteAddress, localAddress, connectionEnds, serverCuts);

    /// <summary>For a transport that reuses the object; <see cref="Begin"/> follows.</summary>
    internal HandlerContext()
    {
    }

    /// <summary>Starts a call.</summary>
    internal void Begin(
        string service,
        string endpoint,
        string contentType,
        bool isStream,
        IHeaderSource headers,
        TimeProvider timeProvider,
        long deadline,
        string? remoteAddress,
        string? localAddress,
        CancellationToken connectionEnds,
        CancellationToken serverCuts)
    {
        Service = service;
        Endpoint = endpoint;
        ContentType = contentType;
        IsStream = isStream;
        _headers = headers;
        _timeProvider = timeProvider;
        _deadline = deadline;
        RemoteAddress = remoteAddress;
        LocalAddress = localAddress;
        _connectionEnds = connectionEnds;
        _serverCuts = serverCuts;
        _isCancelled = false;
        _isIdle = false;
    }

    /// <summary>Name of the requested service; may differ from this server's name.</summary>
    public string Service { get; private set; } = "";

    /// <summary>Name of the endpoint, <c>Handler.Method</c>.</summary>
    public string Endpoint { get; private set; } = "";

    /// <summary>Content type of request and response.</summary>
    public string ContentType { get; private set; } = "";

    /// <summary><see langword="true"/> if the call is a stream.</summary>
    public bool IsStream { get; private set; }

    /// <summary>All headers of the request; created on first use.</summary>
    public CallMetadata Metadata => _metadata ??= _headers.ReadMetadata();

    /// <summary>
    /// Gets the headers of the response, which handlers and interceptors add to before the first message is written; later
    /// ones are dropped. At most 8 KiB. Over mucp they are sent with the reply, on a stream with its first message.
    /// </summary>
    public CallMetadata ResponseHeaders => _responseHeaders ??= new CallMetadata();

    /// <summary>
    /// Gets the trailers of the response, which handlers and interceptors add to until the call ends; they are sent with an
    /// error too. At most 8 KiB. Over mucp they are headers <c>Micro-Trailer-…</c> of the last message.
    /// </summary>
    public CallMetadata ResponseTrailers => _responseTrailers ??= new CallMetadata();

    /// <summary>Address of the caller, <c>host:port</c>, if the transport knows it.</summary>
    public string? RemoteAddress { get; private set; }

    /// <summary>
    /// Gets the certificate with which the caller proved its identity, verified by the server's TLS options;
    /// <see langword="null"/> without TLS, or when the caller sent none. Belongs to the connection: do not dispose it.
    /// </summary>
    public X509Certificate2? ClientCertificate => Tls?.ClientCertificate;

    /// <summary>
    /// Gets or sets the caller, identified by an interceptor. The default value is a principal without an authenticated
    /// identity. Never <see langword="null"/>.
    /// </summary>
    public ClaimsPrincipal User
    {
        get => _user ??= new ClaimsPrincipal(new ClaimsIdentity());
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _user = value;
        }
    }

    /// <summary>
    /// Gets the endpoint with its metadata and the attributes of its handler, one object for all calls. Filled only when
    /// interceptors run.
    /// </summary>
    public EndpointDefinition Definition { get; internal set; } = EndpointDefinition.None;

    /// <summary>Address on which the call arrived, <c>host:port</c>, if the transport knows it.</summary>
    public string? LocalAddress { get; private set; }

    /// <inheritdoc/>
    public TimeSpan RemainingTime
    {
        get
        {
            if (_deadline == long.MaxValue)
            {
                return Timeout.InfiniteTimeSpan;
            }

            var left = _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), _deadline);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Fires when the caller goes away, the deadline passes or the server stops.</summary>
    public CancellationToken CancellationToken
    {
        get
        {
            if (_cancellation is null)
            {
                _cancellation = StartCancellation();
                Interlocked.MemoryBarrier();
                if (_isCancelled || _isIdle)
                {
                    _cancellation.Cancel();
                }
            }

            return _cancellation.Token;
        }
    }

    /// <summary>
    /// Gets a token that fires when the server begins to stop, before it deregisters and long before
    /// <see cref="CancellationToken"/> fires. A stream's handler then ends the stream and returns, within
    /// <see cref="ServerOptions.StreamDrainTimeout"/>. Lives as long as the server: dispose what is registered on it.
    /// </summary>
    public CancellationToken Stopping { get; internal set; }

    /// <summary>
    /// The services of this call: a scope of the server's container, opened on first use and disposed after the response is
    /// encoded or the stream has ended.
    /// </summary>
    /// <exception cref="InvalidOperationException">The server has no container.</exception>
    public IServiceProvider Services =>
        (_scope ??= Scopes?.CreateAsyncScope() ?? throw new InvalidOperationException(
            $"{Endpoint} uses services, but its server has no container: add the service with AddMicro, or set {nameof(ServerOptions)}.{nameof(ServerOptions.Services)}"))
        .ServiceProvider;

    /// <summary>Gets a value that is <see langword="true"/> when the call has <see cref="Services"/>.</summary>
    public bool HasServices => _scope is not null || Scopes is not null;

    /// <summary>The decoded request; <see langword="null"/> for a stream. Filled only when interceptors run.</summary>
    public object? Request { get; internal set; }

    /// <summary>The response, once the rest of the chain has run; an interceptor may replace it with one of the same type.</summary>
    public object? Response { get; set; }

    /// <summary>The stream of a stream call, on its way through the interceptors to the handler.</summary>
    internal Handlers.IMessageStream? Stream { get; set; }

    /// <summary>Gets or sets how long the request may have waited unread during a pause of the process; usually zero.</summary>
    internal TimeSpan Waited { get; set; }

    /// <summary>Gets the response headers; <see langword="null"/> when unused.</summary>
    internal CallMetadata? SentHeaders => _responseHeaders;

    /// <summary>Gets the response trailers; <see langword="null"/> when unused.</summary>
    internal CallMetadata? SentTrailers => _responseTrailers;

    /// <summary>Sends the response headers before the first message; <see langword="null"/> when the protocol cannot.</summary>
    internal Func<HandlerContext, ValueTask>? HeaderSender { get; set; }

    /// <summary>The TLS of the caller's connection; <see langword="null"/> without TLS.</summary>
    internal ITlsConnectionFeature? Tls { get; set; }

    /// <summary>Gets the deadline; <see cref="DateTimeOffset.MaxValue"/> when the caller set none.</summary>
    internal DateTimeOffset Deadline =>
        RemainingTime is var left && left != Timeout.InfiniteTimeSpan && left < DateTimeOffset.MaxValue - _timeProvider.GetUtcNow()
            ? _timeProvider.GetUtcNow() + left
            : DateTimeOffset.MaxValue;

    /// <summary>Creates the scope of the call; set by the owner, which also closes it.</summary>
    internal IServiceScopeFactory? Scopes { get; set; }

    /// <summary>Gets whether services were used, so that a scope must be closed.</summary>
    internal bool HasScope => _scope is not null;

    /// <summary>Gets whether the caller's deadline has passed.</summary>
    internal bool IsDeadlinePassed => _deadline != long.MaxValue && (_timeProvider.GetTimestamp() >= _deadline || HasTimerFired);

    /// <summary>Gets whether the stream was ended because nothing was sent on it for too long.</summary>
    internal bool IsIdle => _isIdle;

    /// <summary>Gets whether the caller is gone.</summary>
    internal bool IsCallerGone => _isCancelled || _connectionEnds.IsCancellationRequested;

    /// <summary>Checks that the caller still waits for the call that is about to begin.</summary>
    /// <exception cref="CallerGoneException">The caller cancelled it, or is gone.</exception>
    /// <exception cref="MicroException">
    /// 408: the deadline has passed; 503: it may have passed during a pause of the process.
    /// </exception>
    internal void ThrowIfTooLate(string serviceName)
    {
        if (IsCallerGone)
        {
            throw new CallerGoneException();
        }

        if (IsDeadlinePassed)
        {
            throw MicroException.Timeout(serviceName, $"{Endpoint}: deadline exceeded before the call started");
        }

        if (Waited > TimeSpan.Zero && RemainingTime is var left && left != Timeout.InfiniteTimeSpan && left <= Waited)
        {
            throw MicroException.Unavailable(serviceName, $"{Endpoint}: not started, the server was paused and the deadline may have passed");
        }
    }

    /// <summary>Returns <see langword="true"/> for the cancellation of a handler that ended because the server stops.</summary>
    internal bool EndedByStopping(Exception exception) =>
        Stopping.IsCancellationRequested && exception is OperationCanceledException cancelled && cancelled.CancellationToken == Stopping;

    /// <summary>Timers count whole milliseconds, so they may fire a fraction before the deadline.</summary>
    private bool HasTimerFired =>
        _cancellation is { IsCancellationRequested: true } && !IsCallerGone && !_serverCuts.IsCancellationRequested;

    /// <summary>Releases timer and registrations, if the handler used the token.</summary>
    internal void End()
    {
        // The memory of the headers now belongs to the next call.
        _headers = EndedCall.Instance;
        _onConnectionEnds.Dispose();
        _onServerCuts.Dispose();
        _cancellation?.Dispose();
    }

    /// <summary>Drops response headers and trailers that cannot be sent.</summary>
    internal void DropResponseMetadata() => _responseHeaders = _responseTrailers = null;

    /// <summary>Resets the context after the call has ended.</summary>
    internal void Clear()
    {
        _onConnectionEnds = default;
        _onServerCuts = default;
        _cancellation = null;
        _metadata = null;
        _responseHeaders = null;
        _responseTrailers = null;
        HeaderSender = null;
        Tls = null;
        _user = null;
        Definition = EndpointDefinition.None;
        Stopping = default;
        Waited = default;
        _scope = null;
        Request = null;
        Response = null;
        Stream = null;
    }

    /// <summary>Cancels the call for the caller. May be called by any thread while the call runs.</summary>
    /// <returns>The source to cancel; it may have been disposed by then.</returns>
    internal CancellationTokenSource? MarkCancelled()
    {
        _isCancelled = true;
        Interlocked.MemoryBarrier();
        return _cancellation;
    }

    /// <summary>Ends a stream on which nothing was sent for too long. May be called by any thread while the call runs.</summary>
    internal void EndIdle()
    {
        _isIdle = true;
        Interlocked.MemoryBarrier();
        try
        {
            _cancellation?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream has just ended.
        }
    }

    /// <summary>Returns the error to report for a failure: that the stream was idle, if that ended it.</summary>
    internal Exception OrIdle(Exception exception, string serviceName) =>
        _isIdle && exception is OperationCanceledException
            ? MicroException.Timeout(serviceName, $"{Endpoint}: no message was sent or received for too long")
            : exception;

    /// <summary>Disposes the scope and its services.</summary>
    internal ValueTask CloseScopeAsync()
    {
        Scopes = null;
        return _scope?.DisposeAsync() ?? default;
    }

    private CancellationTokenSource StartCancellation()
    {
        var left = RemainingTime;
        var source = left == Timeout.InfiniteTimeSpan || left > TimeSpan.FromDays(24)
            ? new CancellationTokenSource()
            : new CancellationTokenSource(left, _timeProvider);
        _onConnectionEnds = _connectionEnds.UnsafeRegister(Cancel, source);
        _onServerCuts = _serverCuts.UnsafeRegister(Cancel, source);
        return source;
    }

    private sealed class EndedCall : IHeaderSource
    {
        public static readonly EndedCall Instance = new();

        public CallMetadata ReadMetadata() =>
            throw new InvalidOperationException("the call has ended: read its metadata before the handler returns");

        public string? ReadHeader(string name) => null;
    }

    private static void Cancel(object? source) => ((CancellationTokenSource)source!).Cancel();
}
