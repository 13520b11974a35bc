namespace Micro.FuzzTests.Engine;

/// <summary>
/// Ends the process when one input keeps its decoder busy for half a minute: a thread that loops cannot be stopped, and the
/// input would be lost. Counts its own ticks, so that a machine that stood still is not a finding.
/// </summary>
internal sealed class HangWatch : IDisposable
{
    private const int MostTicks = 30;

    private readonly string _decoder;
    private readonly ITimer _timer;
    private byte[]? _input;
    private byte[]? _lastSeen;
    private int _ticks;

    public HangWatch(string decoder)
    {
        _decoder = decoder;
        _timer = TimeProvider.System.CreateTimer(_ => Tick(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void Begin(byte[] input) => Volatile.Write(ref _input, input);

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        var input = Volatile.Read(ref _input);
        _ticks = ReferenceEquals(input, _lastSeen) && input is not null ? _ticks + 1 : 0;
        _lastSeen = input;
        if (_ticks == MostTicks)
        {
            Environment.FailFast($"decoder {_decoder} hangs: {FindingFiles.Save(_decoder, input!)}");
        }
    }
}
