using System.Text.Json.Serialization.Metadata;
using Micro.Basics;
using Micro.Selection;

namespace Micro.Client;

/// <summary>
/// Options of one call, which override those of the client; <see langword="null"/> keeps the client's value.
/// Immutable; keep an instance and use it for many calls.
/// </summary>
public sealed record CallOptions
{
    private readonly IReadOnlyList<string> _addresses = [];

    /// <summary>
    /// Addresses <c>host:port</c> to call in place of the registry's, in turn; a retry uses the next one.
    /// </summary>
    public IReadOnlyList<string> Addresses
    {
        get => _addresses;
        init => _addresses = value is null ? [] : [.. value];
    }

    /// <summary>Content type of request and response, see <see cref="Codecs.ContentTypes"/>.</summary>
    public string? ContentType { get; init; }

    /// <summary>
    /// The type information of request and response for the built-in JSON codec, usually a <c>JsonSerializerContext</c>. Used before
    /// the codec's own resolver, which trimmed applications do not have. The codec's settings, such as the naming of
    /// properties, still apply.
    /// </summary>
    public IJsonTypeInfoResolver? JsonTypes { get; init; }

    /// <summary>
    /// Metadata sent with the call. Metadata of a handler's call (<c>HandlerContext.Metadata</c>) can be forwarded, without the
    /// token of the caller unless <see cref="ForwardAuthorization"/> is set.
    /// </summary>
    public CallMetadata? Metadata { get; init; }

    /// <summary>
    /// Gets a value that is <see langword="true"/> to forward the header <c>Authorization</c> with the metadata of a handler's call:
    /// the called service can then act as the caller. The default value is <see langword="false"/>.
    /// </summary>
    public bool ForwardAuthorization { get; init; }

    /// <summary>
    /// The handler call on whose behalf this call is made: its deadline bounds this call regardless of the options.
    /// </summary>
    public IParentCall? Parent { get; init; }

    /// <summary>Limit of the whole call with all attempts and pauses; positive.</summary>
    public TimeSpan? RequestTimeout
    {
        get;
        init => field = Checked(value, OptionRules.Positive);
    }

    /// <summary>Limit of one attempt from sending to the reply; positive.</summary>
    public TimeSpan? AttemptTimeout
    {
        get;
        init => field = Checked(value, OptionRules.Positive);
    }

    /// <summary>Limit for opening a connection; positive.</summary>
    public TimeSpan? DialTimeout
    {
        get;
        init => field = Checked(value, OptionRules.Positive);
    }

    /// <summary>Time limit of a stream, sent to the server; zero for none.</summary>
    public TimeSpan? StreamTimeout
    {
        get;
        init => field = Checked(value, OptionRules.NotNegative);
    }

    /// <summary>Maximum number of attempts after the first, 0 to <see cref="ClientOptions.MaxRetries"/>.</summary>
    public int? Retries
    {
        get;
        init => field = value is null or (>= 0 and <= ClientOptions.MaxRetries)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"retries must be 0 to {ClientOptions.MaxRetries}");
    }

    /// <summary>Decides whether a failed attempt is repeated.</summary>
    public RetryPolicy? RetryPolicy { get; init; }

    /// <summary>Pause before an attempt.</summary>
    public BackoffPolicy? Backoff { get; init; }

    /// <summary>
    /// <see langword="true"/> if the call may be executed twice without harm; overrides the statement of the endpoint
    /// (<c>idempotent=true</c> in the registry).
    /// </summary>
    public bool? Idempotent { get; init; }

    /// <summary>Filters and strategy for the choice of the node.</summary>
    public SelectOptions? Select { get; init; }

    /// <summary>Interceptors of each attempt, run inside the client's own; the first is outermost.</summary>
    public IReadOnlyList<IAttemptInterceptor> AttemptInterceptors { get; init; } = [];

    /// <summary>
    /// Receives the response headers and trailers of the call; <see langword="null"/> (the default) drops them. An instance
    /// belongs to one call.
    /// </summary>
    public ResponseMetadata? ResponseMetadata { get; init; }

    /// <summary><see langword="true"/> to close the connection after the call.</summary>
    public bool CloseConnection { get; init; }

    /// <summary>
    /// Path of the rpc in the caller's contract, <c>/package.Service/Method</c>, which distinguishes two contracts of the same short
    /// name; <see langword="null"/> for a call without a contract.
    /// </summary>
    internal string? Rpc { get; init; }

    /// <summary>The telemetry of this call; <see langword="null"/> when telemetry is off.</summary>
    internal Telemetry.ClientCall? Observed { get; init; }

    private static TimeSpan? Checked(
        TimeSpan? value,
        Action<ICollection<string>, string, TimeSpan> rule,
        [System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        if (value is { } time)
        {
            var errors = new List<string>();
            rule(errors, name, time);
            if (errors.Count > 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, errors[0]);
            }
        }

        return value;
    }
}
