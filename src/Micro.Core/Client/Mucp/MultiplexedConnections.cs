using Micro.Transport;

namespace Micro.Client.Mucp;

/// <summary>The shared connections to one address: the first with room is used, so that those which are too many fall idle.</summary>
internal sealed class MultiplexedConnections(int size) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<MultiplexedConnection> _leaving = [];
    private Entry[] _entries = [];
    private bool _isRetired;

    /// <summary>Timestamp at which bytes arrived last on any connection; the smallest value without a connection.</summary>
    public long HeardAt
    {
        get
        {
            var heardAt = long.MinValue;
            foreach (var entry in Volatile.Read(ref _entries))
            {
                heardAt = Math.Max(heardAt, entry.Connection.HeardAt);
            }

            return heardAt;
        }
    }

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

    /// <summary>Adopts a connection, or closes it when there are enough.</summary>
    public void Add(MucpClientConnection connection, TransportLimits limits, TimeProvider time)
    {
        MultiplexedConnection shared;
        lock (_gate)
        {
            if (_isRetired || _entries.Length >= size)
            {
                connection.Dispose();
                return;
            }

            shared = new MultiplexedConnection(connection, limits, time, Leave, Forget);
            Volatile.Write(ref _entries, [.. _entries, new Entry(shared) { ActiveAt = time.GetTimestamp() }]);
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

    /// <summary>
    /// Gives no more calls to connections on which nothing has arrived since a moment; those that wait there may still be
    /// answered.
    /// </summary>
    public void RetireSilent(long since)
    {
        foreach (var entry in Volatile.Read(ref _entries))
        {
            if (entry.Connection.HeardAt < since)
            {
                entry.Connection.CloseWhenDone();
            }
        }
    }

    /// <summary>Closes the set if it is empty, before it is removed from its table.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            return _isRetired = _entries.Length == 0 && _leaving.Count == 0;
        }
    }

    public void Dispose()
    {
        MultiplexedConnection[] open;
        lock (_gate)
        {
            _isRetired = true;
            open = [.. _entries.Select(static entry => entry.Connection), .. _leaving];
        }

        foreach (var connection in open)
        {
            connection.Dispose();
        }
    }

    /// <summary>Retires a connection. It is tracked until its last call ends.</summary>
    private void Leave(MultiplexedConnection connection)
    {
        lock (_gate)
        {
            var rest = Array.FindAll(_entries, entry => entry.Connection != connection);
            if (rest.Length < _entries.Length)
            {
                Volatile.Write(ref _entries, rest);
                _leaving.Add(connection);
            }
        }
    }

    private void Forget(MultiplexedConnection connection)
    {
        lock (_gate)
        {
            Volatile.Write(ref _entries, Array.FindAll(_entries, entry => entry.Connection != connection));
            _leaving.Remove(connection);
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
