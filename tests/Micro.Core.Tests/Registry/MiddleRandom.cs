namespace Micro.Registry;

/// <summary>Randomness whose jitter is one fixed point of the range: 0.5 is the middle, no change at all.</summary>
internal sealed class MiddleRandom(double value = 0.5) : Random
{
    public override double NextDouble() => value;
}
