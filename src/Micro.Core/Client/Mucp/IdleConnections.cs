using System.Diagnostics.CodeAnalysis;

namespace Micro.Client.Mucp;

/// <summary>The idle connections to one address: the end is used first, so that the rest can age.</summary>
internal sealed class IdleConnections
{
    private readonly Lock _gate = new();
    private readonly List<MucpClientConnection> _connections = [];
    private bool _isRetired;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    public bool TryPop([NotNullWhen(true)] out MucpClientConnection? connection)
    {
        lock (_gate)
        {
            if (_connections.Count == 0)
            {
                connection = null;
                return false;
            }

            connection = _connections[^1];
            _connections.RemoveAt(_connections.Count - 1);
            return true;
        }
    }

    public bool TryPush(MucpClientConnection connection, int limit)
    {
        lock (_gate)
        {
            if (_isRetired || _connections.Count >= limit)
            {
                return false;
            }

            _connections.Add(connection);
            return true;
        }
    }

    /// <summary>Closes the set if it is empty, before it is removed from its table.</summary>
    public bool TryRetire()
    {
        lock (_gate)
        {
            return _isRetired = _connections.Count == 0;
        }
    }

    /// <summary>Closes connections that have been idle for long.</summary>
    /// <param name="isOld">Decides; what is not true of a connection is not true of those used after it.</param>
    public void CloseIdleSince(Predicate<MucpClientConnection> isOld)
    {
        List<MucpClientConnection>? old = null;
        lock (_gate)
        {
            // Oldest first, because the list is used from its end.
            while (_connections.Count > 0 && isOld(_connections[0]))
            {
                (old ??= []).Add(_connections[0]);
                _connections.RemoveAt(0);
            }
        }

        old?.ForEach(static connection => connection.Dispose());
    }
}
