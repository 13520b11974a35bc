using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Micro.Transport;

/// <summary>
/// Aborts connections that miss a deadline. One timer checks all of them each second, so a connection costs only a number. A
/// pause of the process counts against no connection.
/// </summary>
internal sealed class ConnectionReaper : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<IReapable, byte> _connections = new();
    private readonly PauseWatch _pauses;
    private readonly ILogger _logger;
    private readonly ITimer _timer;

    public ConnectionReaper(PauseWatch pauses, TimeProvider timeProvider, ILogger logger)
    {
        _pauses = pauses;
        _logger = logger;
        _timer = timeProvider.CreateTimer(static reaper => ((ConnectionReaper)reaper!).CheckAll(), this, Period, Period);
    }

    public int Count => _connections.Count;

    public IEnumerable<IReapable> Connections => _connections.Keys;

    public void Add(IReapable connection) => _connections.TryAdd(connection, 0);

    public void Remove(IReapable connection) => _connections.TryRemove(connection, out _);

    public void Dispose() => _timer.Dispose();

    private void CheckAll()
    {
        var now = _pauses.RunningTime();
        foreach (var (connection, _) in _connections)
        {
            try
            {
                connection.CutIfLate(now);
            }
            catch (Exception exception)
            {
                // A failure of one connection must not end the checks of all others.
                _logger.ReaperFailed(exception);
            }
        }
    }
}
