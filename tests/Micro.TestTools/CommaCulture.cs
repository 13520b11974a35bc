using System.Globalization;

namespace Micro.TestTools;

/// <summary>
/// Sets a culture that writes numbers as de-DE and minus signs as sv-SE, until disposed. The process has no cultures of its
/// own (invariant globalization).
/// </summary>
public sealed class CommaCulture : IDisposable
{
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;

    public CommaCulture()
    {
        Culture.NumberFormat.NumberDecimalSeparator = ",";
        Culture.NumberFormat.NumberGroupSeparator = ".";
        Culture.NumberFormat.NegativeSign = "\u2212";
        CultureInfo.CurrentCulture = Culture;
    }

    public CultureInfo Culture { get; } = (CultureInfo)CultureInfo.InvariantCulture.Clone();

    public void Dispose() => CultureInfo.CurrentCulture = _before;
}
