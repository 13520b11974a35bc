using Micro.Client;

namespace Micro.Transport.Mucp;

/// <summary>The shared connections to one address: the first with room is used, so that those which are too many fall idle.</summary>
internal sealed class MultiplexedConnections(int size) : IDisposable
{
    private readonly Lock _gate = new();
    private Entry[] _entries = [];
    private bool _isRetired;

    public int IdleCount => Volatile.Read(ref _entries).Count(static entry => entry.Connection.IsIdle);

    public bool TryCall(MucpPendingCall call, RequestHeads heads, CallPlan plan, TimeSpan limit, ReadOnlyMemory<byte> body)
    {
        var entries = Volatile.Read(ref _entries);
        foreach (var entry in entries)
        {
            if (entry.Connection.HasRoom && entry.Connection.TryCall(call, heads, plan, limit, body))
            {
                return true;
            }
        }

        // No more are opened: what is busy gets busier.
        return entries.Length >= size && entries[(int)((uint)plan.Id % (uint)entries.Length)].Connection.TryCall(call, heads, plan, limit, body);
    }

    /// <summary>Takes over a connection; one too many is closed.</summary>
    public void Add(MucpClientConnection connection, TransportLimits limits, long now)
    {
        MultiplexedConnection shared;
        lock (_gate)
        {
            if (_isRetired || _entries.Length >= size)
            {
                connection.Dispose();
                return;
            }

            shared = new MultiplexedConnection(connection, limits, Remove);
            Volatile.Write(ref _entries, [.. _entries, new Entry(shared) { ActiveAt = now }]);
        }

        shared.Start();
    }

    /// <summary>Closes connections without calls for as long as <paramref name="age"/>.</summary>
    public void CloseIdle(TimeProvider timeProvider, TimeSpan age)
    {
        foreach (var entry in Volatile.Read(ref _entries))
        {
            if (entry.Connection.Calls != entry.CallsSeen || !entry.Connection.IsIdle)
            {
                entry.CallsSeen = entry.Connection.Calls;
                entry.ActiveAt = timeProvider.GetTimestamp();
            }
            else if (timeProvider.GetElapsedTime(entry.ActiveAt) >= age)
            {
                entry.Connection.CloseWhenDone();
            }
        }
    }

    /// <summary>Takes nothing any more, if it holds nothing: it is about to be forgotten.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            return _isRetired = _entries.Length == 0;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isRetired = true;
        }

        foreach (var entry in Volatile.Read(ref _entries))
        {
            entry.Connection.Dispose();
        }
    }

    private void Remove(MultiplexedConnection connection)
    {
        lock (_gate)
        {
            Volatile.Write(ref _entries, Array.FindAll(_entries, entry => entry.Connection != connection));
        }
    }

    /// <summary>A connection, and what the timer saw of it last.</summary>
    private sealed class Entry(MultiplexedConnection connection)
    {
        public MultiplexedConnection Connection { get; } = connection;

        public long CallsSeen { get; set; }

        public long ActiveAt { get; set; }
    }
}
