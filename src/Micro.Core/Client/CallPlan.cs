using Micro.Basics;
using Micro.Codecs;
using Micro.Registry;

namespace Micro.Client;

/// <summary>One call with the options of client and call merged and its deadline fixed once.</summary>
internal class CallPlan
{
    private readonly ClientOptions _defaults;
    private readonly long _started;
    private bool? _isIdempotent;

    public CallPlan(ClientOptions defaults, string service, string endpoint, CallOptions options, ContentFormat format, CallMetadata? metadata, long id)
    {
        _defaults = defaults;
        _started = defaults.TimeProvider.GetTimestamp();
        Service = service;
        Endpoint = endpoint;
        Options = options;
        Format = format;
        Metadata = metadata;
        Id = id;
        RequestTimeout = options.RequestTimeout ?? defaults.RequestTimeout;
        if (options.Parent is { } parent && parent.RemainingTime is var left && left != Timeout.InfiniteTimeSpan && left < RequestTimeout)
        {
            RequestTimeout = left;
        }
    }

    public string Service { get; }

    /// <summary>Gets the service whose nodes are called: the proxy, if there is one. The request still names the called service.</summary>
    public string Target => _defaults.ProxyService ?? Service;

    /// <summary>Gets the addresses to call in place of nodes of the registry; empty for none.</summary>
    public IReadOnlyList<string> Addresses => _defaults.ProxyAddresses ?? (_defaults.ProxyService is null ? Options.Addresses : []);

    public string Endpoint { get; }

    public CallOptions Options { get; }

    public ContentFormat Format { get; }

    public CallMetadata? Metadata { get; }

    /// <summary>Protocol of the client's options; <see langword="null"/> for the node's own.</summary>
    public string? Protocol => _defaults.Protocol;

    /// <summary>Gets whether nodes are called with TLS.</summary>
    public bool UsesTls => _defaults.Tls is not null;

    /// <summary>Number of the call, unique in the client.</summary>
    public long Id { get; }

    public TimeSpan RequestTimeout { get; }

    public TimeSpan AttemptTimeout => Options.AttemptTimeout ?? _defaults.AttemptTimeout;

    public TimeSpan DialTimeout => Options.DialTimeout ?? _defaults.DialTimeout;

    public TimeSpan StreamTimeout => Options.StreamTimeout ?? _defaults.StreamTimeout;

    /// <summary>Time limit for sending the end of a stream to the server.</summary>
    public TimeSpan CloseTimeout => _defaults.PoolCloseTimeout;

    public int Retries => Options.Retries ?? _defaults.Retries;

    public RetryPolicy RetryPolicy => Options.RetryPolicy ?? _defaults.RetryPolicy;

    /// <summary>Time left until the deadline of the whole call; never negative.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = RequestTimeout - _defaults.TimeProvider.GetElapsedTime(_started);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Limit of the next attempt.</summary>
    public TimeSpan NextAttemptTimeout
    {
        get
        {
            var remaining = Remaining;
            return AttemptTimeout < remaining ? AttemptTimeout : remaining;
        }
    }

    /// <summary>Gets the current timestamp of the client's clock.</summary>
    public long Now => _defaults.TimeProvider.GetTimestamp();

    /// <summary>
    /// Returns the rest of an attempt's time limit after connecting. The server gets the rest as its limit, because it counts
    /// from the arrival of the request. At least a millisecond, because zero means no limit.
    /// </summary>
    /// <param name="limit">The time limit of the attempt.</param>
    /// <param name="started">The timestamp of its start.</param>
    public TimeSpan LeftOf(TimeSpan limit, long started)
    {
        var left = limit - _defaults.TimeProvider.GetElapsedTime(started);
        return left > CallLoop.MinAttemptTime ? left : CallLoop.MinAttemptTime;
    }

    /// <summary>Returns whether the call may be executed twice: its own option, else the endpoint's metadata.</summary>
    public bool IsIdempotent(Func<string, string, Endpoint?> findEndpoint) =>
        _isIdempotent ??= Options.Idempotent
            ?? (Find(findEndpoint)?.Metadata.TryGetValue("idempotent", out var value) == true
                && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase));

    /// <summary>Looks up the full name first, under which the second of two contracts with one short name is registered.</summary>
    private Endpoint? Find(Func<string, string, Endpoint?> findEndpoint) =>
        (Options.Rpc is { } rpc ? findEndpoint(Target, rpc.TrimStart('/').Replace('/', '.')) : null) ?? findEndpoint(Target, Endpoint);

    /// <summary>Gets or sets whether the next attempt has been taken from the retry budget.</summary>
    public bool IsRetryCharged { get; set; }

    public MicroException SilentNode(Node node, Exception? cause = null) => new(
        408, "go.micro.client", $"call timeout: {Service} {Endpoint}: {node.Id} at {node.Address} is silent, and does not answer on a new connection", ErrorKind.Timeout, cause);

    public MicroException TimedOut(Node? node, bool isWholeCall, Exception? cause = null)
    {
        var limit = isWholeCall ? $"request timeout of {ReadableTime.Limit(RequestTimeout)}" : $"attempt timeout of {ReadableTime.Limit(AttemptTimeout)}";
        var where = node is null ? $"{Service} {Endpoint}" : $"{Service} {Endpoint}: no reply from {node.Id} at {node.Address}";
        return new MicroException(408, "go.micro.client", $"call timeout: {where} within the {limit}", ErrorKind.Timeout, cause);
    }
}
