using System.Collections.Concurrent;
using System.Threading.Channels;
using Micro.Registry.Kit;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace Micro.Registry.Nats;

/// <summary>
/// go-micro's NATS registry: no store, each process answers queries for its own nodes and announces changes of them. What was heard
/// is kept in a table, so that a process that died leaves when its lifetime is over, and a query ends with the last known owner.
/// </summary>
internal sealed class NatsBackend : RegistryBase
{
    /// <summary>The most names that are remembered as asked for; further ones are asked for the whole time at each read.</summary>
    private const int MaxAsked = 10_000;

    private static readonly TimeSpan ExpiryPeriod = TimeSpan.FromMilliseconds(250);
    private readonly NatsRegistryOptions _options;
    private readonly NatsLink _link;
    private readonly NodeTable _table;
    private readonly ITimer _expiry;
    private readonly ConcurrentDictionary<(string Service, string Id), TimeSpan> _own = new();
    private readonly ConcurrentDictionary<(string Service, string Id), string> _conflicts = new();

    /// <summary>The services that were asked for since the connection was opened: changes of them have been heard since.</summary>
    private readonly ConcurrentDictionary<string, bool> _asked = new(StringComparer.Ordinal);

    public NatsBackend(NatsRegistryOptions options, TimeProvider? time, ILoggerFactory? loggers)
        : base("nats", time, loggers)
    {
        _options = options;
        _table = new NodeTable(Time, options.NodeTtl);
        _link = new NatsLink(options, Time, AnswerAsync, Hear, OnLost);
        _expiry = Time.CreateTimer(static backend => ((NatsBackend)backend!).Expire(), this, ExpiryPeriod, ExpiryPeriod);
    }

    public override string Location => string.Join(',', _options.Locations());

    protected override async Task<string?> WriteAsync(ServiceRecord record, RegisterOptions options, CancellationToken cancellationToken)
    {
        var key = (record.Name, record.Nodes[0].Id);
        _own[key] = options.Ttl;
        _table.Set(record, options.Ttl);
        await _link.PublishAsync(_options.WatchTopic, NatsMessages.Change(record, "create", options.Ttl), cancellationToken).ConfigureAwait(false);
        return _conflicts.TryRemove(key, out var address) ? address : null;
    }

    protected override async Task RemoveAsync(ServiceRecord record, CancellationToken cancellationToken)
    {
        if (!_own.TryRemove((record.Name, record.Nodes[0].Id), out _))
        {
            return; // its owner still answers for it
        }

        _table.Remove(record);
        await _link.PublishAsync(_options.WatchTopic, NatsMessages.Change(record, "delete", null), cancellationToken).ConfigureAwait(false);
    }

    protected override async Task<IReadOnlyCollection<ServiceRecord>> ReadAsync(string service, CancellationToken cancellationToken)
    {
        await AskAsync(service, cancellationToken).ConfigureAwait(false);
        return _table.Read(service);
    }

    protected override async Task<IReadOnlyCollection<ServiceRecord>> ListAsync(CancellationToken cancellationToken)
    {
        await AskAsync(null, cancellationToken).ConfigureAwait(false);
        return _table.Read(null);
    }

    protected override async Task FollowAsync(string? service, RegistryView view, CancellationToken cancellationToken)
    {
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        void OnChange(string? name)
        {
            if (name is null)
            {
                changes.Writer.TryComplete(_link.Lost());
            }
            else if (service is null || string.Equals(service, name, StringComparison.Ordinal))
            {
                changes.Writer.TryWrite(true);
            }
        }

        _table.Listen(OnChange);
        try
        {
            await AskAsync(service, cancellationToken).ConfigureAwait(false);
            do
            {
                view.Replace(_table.Read(service));
            }
            while (await changes.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && changes.Reader.TryRead(out _));
        }
        finally
        {
            _table.Unlisten(OnChange);
        }
    }

    protected override Exception Translate(Exception error) => _link.Translate(error);

    protected override async ValueTask DisposeBackendAsync()
    {
        await _expiry.DisposeAsync().ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Asks the owners; ends when all that are known have answered, or after the time for answers.</summary>
    private async Task AskAsync(string? service, CancellationToken cancellationToken)
    {
        var known = _asked.ContainsKey(service ?? "")
            ? _table.Read(service).Select(static record => (record.Name, record.Nodes[0].Id)).Where(key => !_own.ContainsKey(key)).ToHashSet()
            : [];
        var mayEndEarly = known.Count > 0;
        await _link.AskAsync(
            NatsMessages.Query(service),
            answer =>
            {
                if (NatsMessages.TryReadAnswer(answer, out var record, out var ttl) && IsValid(record))
                {
                    Store(record, ttl);
                    known.ExceptWith(record.Nodes.Select(node => (record.Name, node.Id)));
                }

                return mayEndEarly && known.Count == 0;
            },
            cancellationToken).ConfigureAwait(false);
        if (_asked.Count < MaxAsked)
        {
            _asked.TryAdd(service ?? "", true);
        }
    }

    private async Task AnswerAsync(NatsMsg<byte[]> query, CancellationToken cancellationToken)
    {
        if (query.ReplyTo is null || !NatsMessages.TryReadAction(query.Data, out var action, out var asked, out _))
        {
            return;
        }

        var name = action == "get" ? asked?.Name : null;
        if (action != "list" && name is null)
        {
            return;
        }

        var own = _table.Read(name).Where(record => _own.ContainsKey((record.Name, record.Nodes[0].Id)));
        foreach (var version in own.GroupBy(static record => (record.Name, record.Version)))
        {
            var record = version.Last() with { Nodes = [.. version.Select(static one => one.Nodes[0])] };
            var ttl = version.Max(one => _own.GetValueOrDefault((one.Name, one.Nodes[0].Id)));
            await query.ReplyAsync(NatsMessages.Answer(record, ttl), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    private void Hear(ReadOnlyMemory<byte> message)
    {
        if (!NatsMessages.TryReadAction(message, out var action, out var record, out var ttl) || record is null || !IsValid(record))
        {
            return;
        }

        if (action == "delete")
        {
            _table.Remove(record with { Nodes = [.. record.Nodes.Where(node => !_own.ContainsKey((record.Name, node.Id)))] });
        }
        else
        {
            Store(record, ttl);
        }
    }

    /// <summary>Stores what others say of their nodes; one with the id of a node of this process is a conflict, reported by its next heartbeat.</summary>
    private void Store(ServiceRecord record, TimeSpan? ttl)
    {
        foreach (var node in record.Nodes.Where(node => _own.ContainsKey((record.Name, node.Id))))
        {
            _conflicts[(record.Name, node.Id)] = node.Address;
        }

        _table.Set(record with { Nodes = [.. record.Nodes.Where(node => !_own.ContainsKey((record.Name, node.Id)))] }, ttl);
    }

    private void OnLost()
    {
        _asked.Clear();
        _table.Tell(null);
    }

    /// <summary>While the server is away nobody can be heard, so nobody expires.</summary>
    private void Expire()
    {
        if (_link.IsOpen)
        {
            _table.Expire();
        }
        else
        {
            _table.Refresh();
        }
    }
}
