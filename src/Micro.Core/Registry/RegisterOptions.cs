namespace Micro.Registry;

/// <summary>How a record is registered.</summary>
public sealed record RegisterOptions
{
    private readonly TimeSpan _ttl;

    /// <summary>
    /// How long the registration lives without renewal. Zero (the default) means for ever; negative values are refused.
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
