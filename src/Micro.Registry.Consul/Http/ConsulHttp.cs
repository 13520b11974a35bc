using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Micro.Basics;
using Micro.Registry.Consul.Settings;
using Micro.Registry.Kit;
using Micro.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Http;

/// <summary>
/// Sends single requests. Blocking queries have connections of their own, so that they never keep a registration
/// waiting; an agent takes 200 connections per client address, so both pools are bounded.
/// </summary>
internal sealed class ConsulHttp : IDisposable
{
    private const int RegisteringConnections = 16;

    /// <summary>Few, because all processes behind one address share the agent's 200, and a watch that cannot wait polls over these.</summary>
    private const int ReadingConnections = 2;
    private const long LargestBody = 64 * 1024 * 1024;
    private static readonly TimeSpan KeepReading = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(2);
    private readonly ConsulSettings _settings;
    private readonly TimeProvider _time;
    private readonly LocalConnections _connections;
    private readonly HttpClient _reading;
    private readonly HttpClient _registering;
    private readonly HttpClient _blocking;
    private readonly ConcurrentDictionary<DnsEndPoint, DialGate> _gates = new();
    private readonly Random _random;

    public ConsulHttp(ConsulSettings settings, TimeProvider time, Random random, ILogger logger)
    {
        _settings = settings;
        _time = time;
        _connections = new LocalConnections(time, random.NextDouble, logger, Hasten);
        _random = random;
        _reading = CreateClient(ReadingConnections, KeepReading);
        _registering = CreateClient(RegisteringConnections);
        _blocking = CreateClient(Watching.BlockingSlots.Capacity);
    }

    /// <summary>Returns whether a failure means that no agent answered.</summary>
    public static bool IsUnreached(RegistryUnavailableException exception) =>
        exception.InnerException is HttpRequestException or IOException or OperationCanceledException;

    /// <summary>Sends a request that is answered at once.</summary>
    /// <exception cref="RegistryUnavailableException">No answer came.</exception>
    public Task<ConsulResponse> SendAsync(Uri agent, HttpMethod method, string target, byte[]? json, CancellationToken cancellationToken) =>
        SendAsync(_reading, agent, method, target, json, _settings.Options.Timeout, cancellationToken);

    /// <summary>Sends a request of a registration, over the connections that are kept for those.</summary>
    /// <exception cref="RegistryUnavailableException">No answer came.</exception>
    public Task<ConsulResponse> RegisterAsync(Uri agent, HttpMethod method, string target, byte[]? json, CancellationToken cancellationToken) =>
        SendAsync(_registering, agent, method, target, json, _settings.Options.Timeout, cancellationToken);

    /// <summary>Sends a query that the agent may hold for the waiting time of the options.</summary>
    /// <exception cref="RegistryUnavailableException">No answer came.</exception>
    public Task<ConsulResponse> WaitAsync(Uri agent, string target, CancellationToken cancellationToken)
    {
        // The agent adds up to a sixteenth of the waiting time.
        var limit = (_settings.Options.Wait * 17 / 16) + TimeSpan.FromSeconds(10);
        return SendAsync(_blocking, agent, HttpMethod.Get, target, null, limit, cancellationToken);
    }

    public void Dispose()
    {
        _connections.Dispose();
        _reading.Dispose();
        _registering.Dispose();
        _blocking.Dispose();
    }

    /// <summary>The network has changed: an agent that could not be reached may be reached now.</summary>
    private void Hasten()
    {
        foreach (var (_, gate) in _gates)
        {
            gate.Hasten();
        }
    }

    private HttpClient CreateClient(int connections, TimeSpan? idle = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = connections,
            ConnectTimeout = ConnectLimit,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            SslOptions = _settings.Tls.CreateOptions(),
            ConnectCallback = (context, cancellationToken) =>
                _gates.GetOrAdd(context.DnsEndPoint, _ => new DialGate(_time, _random, _connections.ConnectAsync)).ConnectAsync(context.DnsEndPoint, cancellationToken),
        };
        handler.PooledConnectionIdleTimeout = idle ?? handler.PooledConnectionIdleTimeout;
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = LargestBody };
    }

    private async Task<ConsulResponse> SendAsync(
        HttpClient client, Uri agent, HttpMethod method, string target, byte[]? json, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var request = CreateRequest(agent, method, target, json);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return new ConsulResponse(agent, response.StatusCode, body)
            {
                Index = ulong.TryParse(Header(response, "X-Consul-Index"), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : 0,
                LastContact = long.TryParse(Header(response, "X-Consul-LastContact"), NumberStyles.None, CultureInfo.InvariantCulture, out var contact)
                    ? TimeSpan.FromMilliseconds(Math.Min(contact, int.MaxValue))
                    : TimeSpan.Zero,
                IsFilteredByRights = bool.TryParse(Header(response, "X-Consul-Results-Filtered-By-ACLs"), out var filtered) ? filtered : null,
            };
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RegistryUnavailableException("consul", $"Consul at {agent.Authority} did not answer within {ReadableTime.Of(limit)}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            var cause = exception.InnerException is DialPausedException paused ? paused : exception.GetBaseException();
            throw new RegistryUnavailableException(
                "consul", $"Consul at {agent.Authority} cannot be reached: {cause.Message}; is an agent running there?", exception)
            {
                RetryAfter = DialPausedException.Find(exception),
            };
        }
    }

    private HttpRequestMessage CreateRequest(Uri agent, HttpMethod method, string target, byte[]? json)
    {
        var request = new HttpRequestMessage(method, new Uri(agent, target)) { Version = HttpVersion.Version11 };
        if (agent.Scheme == Uri.UriSchemeHttps && !string.IsNullOrEmpty(_settings.Options.Tls.ServerName))
        {
            // The handler verifies the certificate against the host that the request names.
            request.Headers.Host = _settings.Options.Tls.ServerName;
        }

        if (!string.IsNullOrEmpty(_settings.Options.Token))
        {
            request.Headers.Add("X-Consul-Token", _settings.Options.Token);
        }

        if (_settings.Authorization is { } authorization)
        {
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
        }

        if (json is not null)
        {
            request.Content = new ByteArrayContent(json);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return request;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
