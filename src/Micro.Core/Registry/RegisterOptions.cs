namespace Micro.Registry;

/// <summary>Options of a registration.</summary>
public sealed record RegisterOptions
{
    private readonly TimeSpan _ttl;

    /// <summary>
    /// The time for which the registration lives without renewal. Zero (the default) means for ever; negative values are refused.
    /// </summary>
    public TimeSpan Ttl
    {
        get => _ttl;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            _ttl = value;
        }
    }
}
