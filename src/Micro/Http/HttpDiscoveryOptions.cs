using Micro.Basics;
using Micro.Client;
using Micro.Selection;
using Microsoft.Extensions.Logging;

namespace Micro.Http;

/// <summary>Options of an HTTP client that finds services. Read once, when its handler is created.</summary>
public sealed class HttpDiscoveryOptions
{
    /// <summary>
    /// Key of the Micro service whose registry is used, as given to dependency injection; <see langword="null"/> (the
    /// default) for the one without a key. Ignored by a handler that is created in code.
    /// </summary>
    public string? ServiceKey { get; set; }

    /// <summary>
    /// Services by host, for hosts that are not named like their service; host names compare without case. A URI cannot
    /// carry every name: its host is always in lower case, and registries tell upper from lower case.
    /// </summary>
    public IDictionary<string, string> Services { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The suffix of hosts that are services, for example <c>.micro</c>; it is cut off to get the name, and all other hosts
    /// are addresses. <see langword="null"/> (the default): every name is a service.
    /// </summary>
    public string? Suffix { get; set; }

    /// <summary>The treatment of hosts that are not services. The default value is <see cref="HttpOtherHosts.PassAddresses"/>.</summary>
    public HttpOtherHosts OtherHosts { get; set; }

    /// <summary>
    /// The <c>Host</c> header of a discovered request that does not set one itself. The default value is
    /// <see cref="HttpHostHeader.Automatic"/>.
    /// </summary>
    public HttpHostHeader HostHeader { get; set; }

    /// <summary>Filters and strategy for the choice of the node. The default value takes all nodes.</summary>
    public SelectOptions Select { get; set; } = SelectOptions.Default;

    /// <summary>Maximum number of attempts after the first, each at another node, 0 to <see cref="ClientOptions.MaxRetries"/>. The default value is 5.</summary>
    public int Retries { get; set; } = ClientOptions.MaxRetries;

    /// <summary>
    /// Limit of one attempt up to the headers of its response; positive. The default value is <see langword="null"/>: only
    /// the caller's own limit counts, which says nothing about a node. Not for requests whose body goes on after the
    /// response began.
    /// </summary>
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary><see langword="true"/> to limit retries to a share of the requests. The default value is <see langword="true"/>.</summary>
    public bool RetryBudget { get; set; } = true;

    /// <summary>Retries as a share of requests, or <see cref="RetryBudgetFloor"/> where that is more; 0 to 1. The default value is 0.2.</summary>
    public double RetryBudgetRatio { get; set; } = 0.2;

    /// <summary>Retries per second that are always allowed; 0 to 1,000,000. The default value is 10.</summary>
    public double RetryBudgetFloor { get; set; } = 10;

    /// <summary>The logger factory; <see langword="null"/> (the default) for that of the container, or no logs without one.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Source of time; <see langword="null"/> (the default) for dependency injection's, else the system's.</summary>
    public TimeProvider? TimeProvider { get; set; }

    internal IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Retries is < 0 or > ClientOptions.MaxRetries)
        {
            problems.Add(FormattableString.Invariant($"HTTP discovery retries {Retries}: must be 0 to {ClientOptions.MaxRetries}"));
        }

        if (AttemptTimeout is { } timeout)
        {
            OptionRules.Positive(problems, "HTTP discovery attempt timeout", timeout);
        }

        if (RetryBudgetRatio is not (>= 0 and <= 1))
        {
            problems.Add(FormattableString.Invariant($"HTTP discovery retry budget ratio {RetryBudgetRatio}: must be 0 to 1"));
        }

        if (RetryBudgetFloor is not (>= 0 and <= 1_000_000))
        {
            problems.Add(FormattableString.Invariant($"HTTP discovery retry budget floor {RetryBudgetFloor}: must be 0 to 1,000,000 per second"));
        }

        if (Suffix is { } suffix && (suffix.Length < 2 || suffix[0] != '.' || Uri.CheckHostName("x" + suffix) != UriHostNameType.Dns))
        {
            problems.Add($"HTTP discovery suffix '{suffix}': must be a dot and a domain, for example '.micro'");
        }

        if (Select is null)
        {
            problems.Add("HTTP discovery select options are missing: SelectOptions.Default takes all nodes");
        }

        foreach (var (host, service) in Services)
        {
            if (Uri.CheckHostName(host) == UriHostNameType.Unknown || string.IsNullOrEmpty(service))
            {
                problems.Add($"HTTP discovery service '{service}' for host '{host}': needs a host without scheme and port, and a name");
            }
        }

        return problems;
    }
}
