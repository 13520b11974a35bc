using NATS.Client.Core;

namespace Micro.Registry.Nats;

/// <summary>Settings of the NATS registry. Read once, when the registry is created.</summary>
public sealed class NatsRegistryOptions
{
    /// <summary>
    /// Gets the addresses of the servers, <c>host</c>, <c>host:port</c> or <c>nats://user:password@host:port</c>, with <c>tls://</c> for
    /// TLS; the port defaults to 4222. Empty (the default) for <c>127.0.0.1:4222</c>.
    /// </summary>
    public IList<string> Addresses { get; } = [];

    /// <summary>
    /// Gets or sets the subject of queries; the default value is <c>micro.nats.query</c>, which is go-micro's: change it only for all
    /// members of a fleet at once.
    /// </summary>
    public string QueryTopic { get; set; } = "micro.nats.query";

    /// <summary>Gets or sets the subject of changes; the default value is <c>micro.nats.watch</c>, which is go-micro's.</summary>
    public string WatchTopic { get; set; } = "micro.nats.watch";

    /// <summary>
    /// Gets or sets the time for which a query waits for answers of owners that are not known yet; the default value is 100 ms, above
    /// 0. A query ends before when all known owners have answered.
    /// </summary>
    public TimeSpan AnswerTime { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Gets or sets the longest time of one operation, connecting included; the default value is 5 s, above 0.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Gets or sets the lifetime of nodes whose owner names none, which is so with go-micro; the default value is 90 s, above 0. A node
    /// that is neither announced again nor answers for so long has gone.
    /// </summary>
    public TimeSpan NodeTtl { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>Gets or sets a function that changes the options of the connection, such as its credentials and certificates; <see langword="null"/> by default.</summary>
    public Func<NatsOpts, NatsOpts>? ConfigureConnection { get; set; }

    /// <summary>Returns the settings without secrets, for logs.</summary>
    public override string ToString() => $"NATS at {string.Join(',', Locations())}, subjects {QueryTopic} and {WatchTopic}";

    internal IEnumerable<string> Urls() =>
        Addresses.DefaultIfEmpty("127.0.0.1:4222").Select(static address => address.Contains("://", StringComparison.Ordinal) ? address : $"nats://{address}");

    /// <summary>Returns the addresses without secrets.</summary>
    internal IEnumerable<string> Locations() => Urls().Select(static url => new Uri(url)).Select(static uri => $"{uri.Host}:{(uri.Port > 0 ? uri.Port : 4222)}");

    internal List<string> Problems()
    {
        var problems = new List<string>();
        foreach (var (index, url) in Urls().Index())
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Scheme is not ("nats" or "tls" or "ws" or "wss"))
            {
                problems.Add($"address {index + 1} must be host, host:port or nats://host:port"); // it may hold a password
            }
        }

        foreach (var (name, topic) in new[] { (nameof(QueryTopic), QueryTopic), (nameof(WatchTopic), WatchTopic) })
        {
            if (string.IsNullOrEmpty(topic) || topic.Any(static letter => char.IsWhiteSpace(letter) || letter is '*' or '>'))
            {
                problems.Add($"{name} '{topic}' must be a subject without blanks and wildcards");
            }
        }

        foreach (var (name, time) in new[] { (nameof(AnswerTime), AnswerTime), (nameof(Timeout), Timeout), (nameof(NodeTtl), NodeTtl) })
        {
            if (time <= TimeSpan.Zero || time > TimeSpan.FromDays(1))
            {
                problems.Add(FormattableString.Invariant($"{name} {time} must be above 0 and at most one day"));
            }
        }

        return problems;
    }
}
