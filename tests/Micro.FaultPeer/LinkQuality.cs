using System.Collections.Concurrent;

namespace Micro.FaultPeer;

/// <summary>Holds the loss, delay and duplication of a link. Commands change them while packets pass.</summary>
internal sealed class LinkQuality
{
    private readonly ConcurrentDictionary<TcpFlow, byte> _seen = new();
    private readonly ConcurrentDictionary<TcpFlow, byte> _cut = new();
    private readonly Lock _gate = new();
    private readonly Random _random = new(20_261_129);
    private long _packets;

    /// <summary>Packets that are lost, in percent.</summary>
    public double Loss { get; set; }

    /// <summary>Packets that arrive twice, in percent.</summary>
    public double Duplicates { get; set; }

    /// <summary>Time that each packet takes, in milliseconds.</summary>
    public double Delay { get; set; }

    /// <summary>Gets or sets the largest deviation from the delay, in milliseconds.</summary>
    public double Jitter { get; set; }

    public long Packets => Interlocked.Read(ref _packets);

    /// <summary>Drops all further packets of the connections seen so far on a port. Returns the number of connections dropped.</summary>
    public int Cut(int port)
    {
        foreach (var flow in _seen.Keys.Where(flow => flow.Has(port)))
        {
            _cut.TryAdd(flow, 0);
        }

        return _cut.Count;
    }

    /// <summary>Returns how many copies of a frame to deliver; 0 means that it is lost.</summary>
    public int Copies(ReadOnlySpan<byte> frame)
    {
        Interlocked.Increment(ref _packets);
        if (TcpFlow.TryRead(frame, out var flow))
        {
            _seen.TryAdd(flow, 0);
            if (_cut.ContainsKey(flow))
            {
                return 0;
            }
        }

        return Chance(Loss) ? 0 : Chance(Duplicates) ? 2 : 1;
    }

    /// <summary>Returns a random delay for the next packet.</summary>
    public TimeSpan NextDelay()
    {
        lock (_gate)
        {
            return TimeSpan.FromMilliseconds(Math.Max(0, Delay + (Jitter * ((2 * _random.NextDouble()) - 1))));
        }
    }

    private bool Chance(double percent)
    {
        lock (_gate)
        {
            return percent > 0 && _random.NextDouble() * 100 < percent;
        }
    }
}
