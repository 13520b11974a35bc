using System.Globalization;
using System.Net;
using System.Text.Json;
using Micro.Registry.Consul.Records;
using Micro.Registry.Consul.Settings;

namespace Micro.Registry.Consul.Http;

/// <summary>The part of Consul's HTTP API that a registry needs. Writes go to a named agent, reads to whichever answers.</summary>
internal sealed class ConsulApi(ConsulSettings settings, ConsulHttp http, TimeProvider time)
{
    private readonly ConsulRegistryOptions _options = settings.Options;
    private readonly DenialMemory _denials = new(time);
    private int _reader;

    /// <exception cref="ArgumentException">Consul says that the registration is invalid.</exception>
    public async Task RegisterAsync(Uri agent, ServiceRegistration registration, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(registration, ConsulJsonContext.Default.ServiceRegistration);
        var response = await PutAsync(agent, new ConsulTarget("/v1/agent/service/register"), json, cancellationToken).ConfigureAwait(false);
        if (response.Status == HttpStatusCode.BadRequest)
        {
            throw new ArgumentException($"Consul does not take the registration of '{registration.Name}': {response.Text}", nameof(registration));
        }

        response.Require($"register {registration.Id}");
    }

    /// <summary>Passes a TTL check; false when the agent does not know it, however it says so.</summary>
    public async Task<bool> PassAsync(Uri agent, string nodeId, CancellationToken cancellationToken)
    {
        var target = new ConsulTarget("/v1/agent/check/pass/service:" + ConsulTarget.Segment(nodeId)).With("note", "");
        var response = await PutAsync(agent, target, null, cancellationToken).ConfigureAwait(false);
        return !response.IsDenied ? response.IsSuccess : response.Require($"pass the check of {nodeId}").IsSuccess;
    }

    public async Task DeregisterAsync(Uri agent, string nodeId, CancellationToken cancellationToken)
    {
        var target = new ConsulTarget("/v1/agent/service/deregister/" + ConsulTarget.Segment(nodeId));
        var response = await PutAsync(agent, target, null, cancellationToken).ConfigureAwait(false);

        // An unknown node is no error, but versions of Consul differ in how they say it: so it is looked up.
        if (response.IsSuccess || (!response.IsDenied && await FindAsync(agent, nodeId, cancellationToken).ConfigureAwait(false) is null))
        {
            return;
        }

        response.Require($"deregister {nodeId}");
    }

    /// <summary>Reads an instance as its agent knows it, over a connection of the registrations.</summary>
    /// <returns>The instance and the sum of its checks; <see langword="null"/> when the agent does not know it.</returns>
    public async Task<AgentInstance?> FindAsync(Uri agent, string nodeId, CancellationToken cancellationToken)
    {
        var target = Scoped("/v1/agent/health/service/id/" + ConsulTarget.Segment(nodeId)).With("format", "json");
        var response = await http.RegisterAsync(agent, HttpMethod.Get, target.ToString(), null, cancellationToken).ConfigureAwait(false);
        if (response.Status == HttpStatusCode.NotFound)
        {
            return null;
        }

        // The status repeats the state of the checks: 429 for warning, 503 for critical.
        var isStatus = response.Status is (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) && response.Body is [(byte)'{', ..];
        return (isStatus ? response : response.Require($"look for {nodeId}")).Read(ConsulJsonContext.Default.AgentInstance);
    }

    /// <summary>The instances of a service; waits for a change when an index is given.</summary>
    public Task<ConsulAnswer<List<HealthEntry?>>> HealthAsync(string service, ReadMode mode, ulong index, CancellationToken cancellationToken)
    {
        var name = _options.ServiceNamePrefix + service;
        return _denials.AskAsync(name, () => ReadHealthAsync(name, mode, index, cancellationToken));
    }

    /// <summary>The names of all services, without the prefix of the options; waits for a change when an index is given.</summary>
    public Task<ConsulAnswer<IReadOnlyList<string>>> CatalogAsync(ReadMode mode, ulong index, CancellationToken cancellationToken) =>
        _denials.AskAsync("", () => ReadCatalogAsync(mode, index, cancellationToken));

    private async Task<ConsulAnswer<List<HealthEntry?>>> ReadHealthAsync(string name, ReadMode mode, ulong index, CancellationToken cancellationToken)
    {
        var target = ReadTarget((_options.Connect ? "/v1/health/connect/" : "/v1/health/service/") + ConsulTarget.Segment(name), mode)
            .With("passing", _options.PassingOnly ? "" : null)
            .With("filter", _options.Filter);
        var response = await ReadAsync(target, mode, index, $"read {name}", cancellationToken).ConfigureAwait(false);
        var entries = response.Read(ConsulJsonContext.Default.ListHealthEntry) ?? [];
        if (entries.Count == 0)
        {
            await ThrowIfHiddenAsync(response, name, cancellationToken).ConfigureAwait(false);
        }

        return new ConsulAnswer<List<HealthEntry?>>(entries, response.Index);
    }

    private async Task<ConsulAnswer<IReadOnlyList<string>>> ReadCatalogAsync(ReadMode mode, ulong index, CancellationToken cancellationToken)
    {
        var response = await ReadAsync(ReadTarget("/v1/catalog/services", mode), mode, index, "list the services", cancellationToken).ConfigureAwait(false);
        var services = response.Read(ConsulJsonContext.Default.DictionaryStringIReadOnlyListString) ?? [];
        if (services.Count == 0)
        {
            await ThrowIfHiddenAsync(response, _options.ServiceNamePrefix, cancellationToken).ConfigureAwait(false);
        }

        var prefix = _options.ServiceNamePrefix;
        IReadOnlyList<string> names =
        [
            .. services.Keys
                .Where(name => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(name => name[prefix.Length..])
                .Order(StringComparer.Ordinal),
        ];
        return new ConsulAnswer<IReadOnlyList<string>>(names, response.Index);
    }

    private ConsulTarget Scoped(string path) => new ConsulTarget(path).With("ns", _options.Namespace).With("partition", _options.Partition);

    private ConsulTarget ReadTarget(string path, ReadMode mode) => Scoped(path)
        .With("dc", _options.Datacenter)
        .With("stale", mode == ReadMode.Lookup && _options.Consistency == ConsulConsistency.Stale ? "" : null)
        .With("consistent", _options.Consistency == ConsulConsistency.Consistent ? "" : null);

    private Task<ConsulResponse> PutAsync(Uri agent, ConsulTarget target, byte[]? json, CancellationToken cancellationToken) =>
        http.RegisterAsync(
            agent,
            HttpMethod.Put,
            target.With("ns", _options.Namespace).With("partition", _options.Partition).ToString(),
            json,
            cancellationToken);

    private async Task<ConsulResponse> ReadAsync(
        ConsulTarget target, ReadMode mode, ulong index, string what, CancellationToken cancellationToken)
    {
        if (index > 0)
        {
            // A held query does not move on by itself: after a failure the watch asks anew, without index.
            target
                .With("index", index.ToString(CultureInfo.InvariantCulture))
                .With("wait", GoDuration.Format(_options.Wait));
            var agent = settings.Agents[Volatile.Read(ref _reader)];
            return (await http.WaitAsync(agent, target.ToString(), cancellationToken).ConfigureAwait(false)).Require(what);
        }

        var response = await ReadAnywhereAsync(target.ToString(), what, cancellationToken).ConfigureAwait(false);
        if (mode == ReadMode.Lookup && _options.Consistency == ConsulConsistency.Stale && response.LastContact > _options.MaxStaleness)
        {
            response = await ReadAnywhereAsync(target.Without("stale").ToString(), what, cancellationToken).ConfigureAwait(false);
        }

        return response;
    }

    /// <summary>Asks the agent that answered last, then the others in turn.</summary>
    private async Task<ConsulResponse> ReadAnywhereAsync(string target, string what, CancellationToken cancellationToken)
    {
        var start = Volatile.Read(ref _reader);
        for (var turn = 0; ; turn++)
        {
            var position = (start + turn) % settings.Agents.Count;
            try
            {
                var response = await http.SendAsync(settings.Agents[position], HttpMethod.Get, target, null, cancellationToken).ConfigureAwait(false);
                response.Require(what);
                Volatile.Write(ref _reader, position);
                return response;
            }
            catch (RegistryUnavailableException) when (turn < settings.Agents.Count - 1)
            {
                // The next agent may answer; the last one's error is the caller's.
            }
        }
    }

    /// <summary>
    /// Consul shows nothing to a token without rights instead of refusing: an empty answer may be a refusal. New versions
    /// say so in a header, older ones are asked.
    /// </summary>
    private async Task ThrowIfHiddenAsync(ConsulResponse response, string name, CancellationToken cancellationToken)
    {
        var isHidden = response.IsFilteredByRights ?? !await MayReadAsync(response.Agent, name, cancellationToken).ConfigureAwait(false);
        if (isHidden)
        {
            throw new RegistryDeniedException("consul", $"Consul at {response.Agent.Authority} shows nothing of '{name}' to this token: it needs service:read and node:read");
        }
    }

    private async Task<bool> MayReadAsync(Uri agent, string name, CancellationToken cancellationToken)
    {
        var question = new List<Authorization> { new() { Resource = "service", Access = "read", Segment = name } };
        var json = JsonSerializer.SerializeToUtf8Bytes(question, ConsulJsonContext.Default.ListAuthorization);
        var response = await http.SendAsync(agent, HttpMethod.Post, Scoped("/v1/internal/acl/authorize").ToString(), json, cancellationToken).ConfigureAwait(false);

        // Anything but a clear no, such as ACLs being off, means that the empty answer was the truth.
        return !response.IsSuccess || response.Read(ConsulJsonContext.Default.ListAuthorization) is not [{ Allow: false }];
    }
}
