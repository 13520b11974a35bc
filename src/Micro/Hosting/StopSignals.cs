using System.Runtime.InteropServices;

namespace Micro.Hosting;

/// <summary>
/// Turns TERM, INT and QUIT (on Windows Ctrl+C, Ctrl+Break, close and shutdown) into a stop; a second one forces it. Signals
/// less than a second apart count as one: a signal to a process group arrives once from the sender and once more from a
/// parent such as <c>dotnet run</c>, which passes it on.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan SameSignal = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _force = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;
    private long _lastCounted;

    private StopSignals(TimeProvider time) => _time = time;

    public CancellationToken Stop => _stop.Token;

    public CancellationToken Force => _force.Token;

    /// <param name="listen"><see langword="true"/> to handle the signals of the process.</param>
    /// <param name="time">Source of time.</param>
    public static StopSignals Create(bool listen, TimeProvider time)
    {
        var signals = new StopSignals(time);
        if (!listen)
        {
            return signals;
        }

        PosixSignal[] kinds = OperatingSystem.IsWindows()
            ? [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP]
            : [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];
        foreach (var kind in kinds)
        {
            signals._registrations.Add(PosixSignalRegistration.Create(kind, signals.OnSignal));
        }

        return signals;
    }

    public void Dispose()
    {
        _registrations.ForEach(static registration => registration.Dispose());
        _stop.Dispose();
        _force.Dispose();
    }

    /// <summary>The first stops, the second forces, the third does what the system does: it ends the process.</summary>
    internal void OnSignal(PosixSignalContext context)
    {
        var count = Count(out var isRepeated);
        context.Cancel = count <= 2;
        if (isRepeated)
        {
            return;
        }

        if (count == 1)
        {
            _stop.Cancel();
        }
        else if (count == 2)
        {
            _force.Cancel();
        }
    }

    private int Count(out bool isRepeated)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            isRepeated = _count > 0 && _time.GetElapsedTime(_lastCounted, now) < SameSignal;
            if (isRepeated)
            {
                return _count;
            }

            _lastCounted = now;
            return ++_count;
        }
    }
}
