namespace Micro.Basics;

/// <summary>A source of jitter that many threads may use.</summary>
internal sealed class SharedRandom : Random
{
    private readonly Lock _gate = new();

    public override double NextDouble()
    {
        lock (_gate)
        {
            return base.NextDouble();
        }
    }
}
