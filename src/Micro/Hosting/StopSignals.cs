using System.Runtime.InteropServices;

namespace Micro.Hosting;

/// <summary>Turns TERM, INT and QUIT (on Windows Ctrl+C, Ctrl+Break, close and shutdown) into a stop; a second one forces it.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _force = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _count;

    private StopSignals()
    {
    }

    public CancellationToken Stop => _stop.Token;

    public CancellationToken Force => _force.Token;

    public static StopSignals Create(bool listen)
    {
        var signals = new StopSignals();
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
        var count = Interlocked.Increment(ref _count);
        context.Cancel = count <= 2;
        if (count == 1)
        {
            _stop.Cancel();
        }
        else if (count == 2)
        {
            _force.Cancel();
        }
    }
}
