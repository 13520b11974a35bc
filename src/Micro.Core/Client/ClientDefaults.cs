namespace Micro.Client;

/// <summary>Presets that make a client behave like a version of go-micro.</summary>
public sealed class ClientDefaults
{
    private readonly Action<ClientOptions> _apply;

    private ClientDefaults(string name, Action<ClientOptions> apply)
    {
        Name = name;
        _apply = apply;
    }

    /// <summary>
    /// go-micro v4.10 to v6: 5 retries on code 408 only, 30 s per call, 5 s per attempt and dial, blanket error codes.
    /// </summary>
    public static ClientDefaults Upstream { get; } = new("upstream", static options =>
    {
        options.Retries = 5;
        options.RequestTimeout = TimeSpan.FromSeconds(30);
        options.AttemptTimeout = TimeSpan.FromSeconds(5);
        options.DialTimeout = TimeSpan.FromSeconds(5);
        options.RetryPolicy = RetryPolicies.Upstream;
        options.Backoff = BackoffPolicies.Exponential;
        options.RetryBudget = false;
        options.UpstreamErrorCodes = true;
        options.ContentType = Codecs.ContentTypes.Json;
    });

    /// <summary>go-micro v1 to v4.9: 1 retry on codes 408 and 500, 5 s per call, protobuf.</summary>
    public static ClientDefaults Classic { get; } = new("classic", static options =>
    {
        options.Retries = 1;
        options.RequestTimeout = TimeSpan.FromSeconds(5);
        options.AttemptTimeout = TimeSpan.FromSeconds(5);
        options.DialTimeout = TimeSpan.FromSeconds(5);
        options.RetryPolicy = RetryPolicies.Classic;
        options.Backoff = BackoffPolicies.Exponential;
        options.RetryBudget = false;
        options.UpstreamErrorCodes = true;
        options.ContentType = Codecs.ContentTypes.Protobuf;
    });

    /// <summary>Name for flags.</summary>
    public string Name { get; }

    internal void ApplyTo(ClientOptions options) => _apply(options);
}
