using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Micro.Basics;
using Micro.Client.Mucp;
using Micro.Codecs;
using Micro.Registry;
using Micro.Selection;
using Micro.Telemetry;
using Micro.Transport;
using Micro.Transport.Security;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Client;

/// <summary>The client: merges options, encodes the request once, and runs it through the call loop.</summary>
internal sealed partial class RpcClient : IMicroClient, IAdoptsRegistry, IReportsFreshness
{
    private readonly ClientOptions _options;
    private readonly ContentFormats _formats;
    private readonly MucpClientTransport _mucp;
    private readonly NodeTransports _transports;
    private readonly ClientTls? _tls;
    private readonly TokenSource? _tokens;
    private readonly NodeCheck _check;
    private readonly ObjectPool<PooledBufferWriter> _bodies = Pools.Create<PooledBufferWriter>();
    private readonly CallLoop _loop;
    private readonly ClientTelemetry _telemetry;
    private readonly IReadOnlyList<IClientInterceptor> _interceptors;
    private readonly IReadOnlyList<IAttemptInterceptor> _attemptInterceptors;
    private readonly Lazy<ISelector> _selector;
    private IRegistry? _registry;
    private long _lastId = -1;
    private bool _disposed;

    public RpcClient(ClientOptions options, Func<IRegistry?, ISelector> selectorFactory)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = new List<string>();
        options.Validate(errors);
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        _options = options;
        _registry = options.Registry;
        _attemptInterceptors = [.. options.AttemptInterceptors];
        _telemetry = new ClientTelemetry(options.TimeProvider);
        _formats = new ContentFormats(options.Codecs);
        var loggers = options.LoggerFactory ?? NullLoggerFactory.Instance;
        _tls = options.Tls is null ? null : new ClientTls(options.Tls, options.TimeProvider, loggers.CreateLineLogger("Micro.Transport"));
        _mucp = new MucpClientTransport(options, _tls);
        _transports = new NodeTransports(_mucp, options.Grpc?.Invoke(options, _tls));
        _check = new NodeCheck(options.Network, _tls, options.DialTimeout, options.TimeProvider);
        _selector = new Lazy<ISelector>(() => Prepare(options.Selector ?? selectorFactory(_registry)));
        var logger = loggers.CreateLineLogger("Micro.Client");

        // Innermost: only calls that are sent read the token, and other interceptors do not see it.
        _interceptors = options.Credentials is { } credentials
            ? [.. options.Interceptors, new CredentialsInterceptor(_tokens = new TokenSource(credentials, options.TimeProvider, logger), options.Tls is not null || credentials.AllowWithoutTls)]
            : [.. options.Interceptors];
        var budget = options.RetryBudget ? new RetryBudget(options.RetryBudgetRatio, options.RetryBudgetFloor, options.TimeProvider) : null;
        _loop = new CallLoop(options, () => _selector.Value, options.Backoff ?? BackoffPolicies.Transient(new SharedRandom()), budget, _transports, logger);
    }

    /// <summary>Gets the number of idle connections.</summary>
    internal int IdleConnections => _mucp.IdleConnections;

    /// <summary>Gets the age of the selector's nodes; zero before the first call.</summary>
    public TimeSpan SnapshotAge => _selector.IsValueCreated ? (_selector.Value as IReportsFreshness)?.SnapshotAge ?? default : default;

    public void Adopt(IRegistry registry) => _registry ??= registry;

    public Task<TResponse> CallAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        TRequest request,
        CallOptions? options,
        CancellationToken cancellationToken = default)
    {
        Check(service, endpoint);
        var call = options ?? DefaultOptions;
        var format = FormatOf(call, typeof(TRequest));
        return ClientTelemetry.IsOn
            ? ObserveAsync<TRequest, TResponse>(service, endpoint, request, call, format, cancellationToken)
            : CallAsync<TRequest, TResponse>(service, endpoint, request, call, format, cancellationToken);
    }

    public Task<IClientStream<TRequest, TResponse>> OpenStreamAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        ClientTelemetry.IsOn
            ? ObserveStreamAsync<TRequest, TResponse>(service, endpoint, options ?? DefaultOptions, cancellationToken)
            : OpenAsync<TRequest, TResponse>(service, endpoint, options ?? DefaultOptions, cancellationToken);

    private Task<TResponse> CallAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        TRequest request,
        CallOptions call,
        ContentFormat format,
        CancellationToken cancellationToken)
    {
        if (_interceptors.Count == 0 && _attemptInterceptors.Count == 0 && call.AttemptInterceptors.Count == 0)
        {
            return SendAsync<TRequest, TResponse>(service, endpoint, request, call, format, MetadataOf(call), null, cancellationToken).AsTask();
        }

        return InterceptAsync<TRequest, TResponse>(service, endpoint, request, call, format, cancellationToken);
    }

    private async Task<IClientStream<TRequest, TResponse>> OpenAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        CallOptions call,
        CancellationToken cancellationToken)
    {
        try
        {
            return await OpenInterceptedAsync<TRequest, TResponse>(service, endpoint, call, cancellationToken).ConfigureAwait(false);
        }
        catch when (call.ResponseMetadata is { } metadata)
        {
            metadata.Complete();
            throw;
        }
    }

    private async Task<IClientStream<TRequest, TResponse>> OpenInterceptedAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        CallOptions call,
        CancellationToken cancellationToken)
    {
        Check(service, endpoint);
        var format = FormatOf(call, typeof(TRequest));
        var context = new ClientContext(service, endpoint, format.ContentType, request: null, isStream: true, CallMetadata.Copy(MetadataOf(call)), cancellationToken);
        await InterceptorChains.RunAsync(_interceptors, context, async inner =>
        {
            var plan = new StreamCall<TRequest, TResponse>(_options, service, endpoint, call, format, inner.Metadata, NextId(), cancellationToken);
            inner.Response = await RunAsync(plan, default, inner, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return ResponseOf<IClientStream<TRequest, TResponse>>(context)
            ?? throw new InvalidOperationException($"an interceptor neither opened the stream {endpoint} of {service} nor threw");
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _tokens?.Dispose();
        _check.Dispose();
        _transports.Dispose();
        _tls?.Dispose();
        if (_options.Selector is null && _selector.IsValueCreated)
        {
            await _selector.Value.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static readonly CallOptions DefaultOptions = new();

    private static CallMetadata? MetadataOf(CallOptions call) =>
        call.ForwardAuthorization ? call.Metadata : CallMetadata.WithoutReceivedToken(call.Metadata);

    private ISelector Prepare(ISelector selector)
    {
        (selector as IChecksNodes)?.CheckWith(_check);
        return selector;
    }

    private async Task<TResponse> InterceptAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        TRequest request,
        CallOptions call,
        ContentFormat format,
        CancellationToken cancellationToken)
    {
        var context = new ClientContext(service, endpoint, format.ContentType, request, isStream: false, CallMetadata.Copy(MetadataOf(call)), cancellationToken);
        try
        {
            await InterceptorChains.RunAsync(_interceptors, context, async inner =>
                inner.Response = await SendAsync<TRequest, TResponse>(
                    service, endpoint, request, call, format, inner.Metadata, inner, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return ResponseOf<TResponse>(context);
        }
        catch when (call.ResponseMetadata is { } metadata)
        {
            // An interceptor may fail before anything is sent: complete the headers for a waiting caller.
            metadata.Complete();
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResponse> SendAsync<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        string service,
        string endpoint,
        TRequest request,
        CallOptions options,
        ContentFormat format,
        CallMetadata? metadata,
        ClientContext? context,
        CancellationToken cancellationToken)
    {
        var plan = new UnaryCall<TResponse>(_options, service, endpoint, options, format, metadata, NextId());
        var body = _bodies.Get();
        try
        {
            Encode(plan, request, body);
            return await RunAsync(plan, new EncodedRequest(request as IMessage, body.WrittenMemory), context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _bodies.Return(body);
            options.ResponseMetadata?.Complete();
        }
    }

    private void Encode<TRequest>(CallPlan plan, TRequest request, PooledBufferWriter body)
    {
        try
        {
            // Only envelopes contain the id.
            var id = plan.Format.Envelope is null ? "" : plan.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
            plan.Format.EncodeRequest(plan.Endpoint, id, request, body);
        }
        catch (CodecException exception)
        {
            throw WrongRequest($"request cannot be encoded: {exception.Message}", exception);
        }

        if (body.WrittenCount > _options.Limits.MaxMessageBytes)
        {
            throw new MicroException(413, "go.micro.client", $"request of {body.WrittenCount} bytes exceeds the limit of {_options.Limits.MaxMessageBytes} ({TransportLimits.ClientSizeFlag})", ErrorKind.InvalidRequest);
        }
    }

    private ValueTask<TResult> RunAsync<TResult>(PlannedCall<TResult> plan, EncodedRequest request, ClientContext? context, CancellationToken cancellationToken)
    {
        var chain = context is null || (_attemptInterceptors.Count == 0 && plan.Options.AttemptInterceptors.Count == 0)
            ? null
            : new AttemptChain([.. _attemptInterceptors, .. plan.Options.AttemptInterceptors], context);
        return _loop.RunAsync(plan, request, chain, cancellationToken);
    }

    private ContentFormat FormatOf(CallOptions call, Type message)
    {
        if ((call.ContentType ?? _options.ContentType) is not { } contentType || string.IsNullOrEmpty(contentType))
        {
            return _formats.ForMessage(message).With(call.JsonTypes);
        }

        return _formats.TryGet(contentType, out var format)
            ? format.With(call.JsonTypes)
            : throw WrongRequest($"unknown content type '{contentType}'");
    }

    private static T ResponseOf<T>(ClientContext context) => context.Response switch
    {
        T response => response,
        null => default!,
        var other => throw new InvalidOperationException(
            $"an interceptor replaced the response of {context.Endpoint} with a {other.GetType().Name}: it must be a {typeof(T).Name}"),
    };

    /// <summary>Creates the error of an invalid request: 400, or go-micro's blanket 500.</summary>
    private MicroException WrongRequest(string detail, Exception? cause = null) =>
        new(_options.UpstreamErrorCodes ? 500 : 400, "go.micro.client.codec", detail, ErrorKind.InvalidRequest, cause);

    private void Check(string service, string endpoint)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentException.ThrowIfNullOrEmpty(endpoint);
        if (service.AsSpan().IndexOfAny("\r\n\0") >= 0 || endpoint.AsSpan().IndexOfAny("\r\n\0") >= 0)
        {
            throw new ArgumentException("names of service and endpoint must not contain CR, LF or NUL", nameof(endpoint));
        }
    }

    private long NextId() => Interlocked.Increment(ref _lastId);
}
