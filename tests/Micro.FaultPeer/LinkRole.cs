using System.Globalization;

namespace Micro.FaultPeer;

/// <summary>
/// <c>link INTERFACE INTERFACE</c>: a cable between two network interfaces whose quality a test chooses. Commands: <c>loss PERCENT</c>,
/// <c>delay MILLISECONDS JITTER</c>, <c>duplicates PERCENT</c>, <c>cut PORT</c> (drops each TCP packet of the connections that
/// exist on that port without a reset; new connections pass), <c>packets</c> (those forwarded so far).
/// </summary>
internal static class LinkRole
{
    public static async Task<int> RunAsync(string first, string second)
    {
        var quality = new LinkQuality();
        using var one = new PacketInterface(first);
        using var other = new PacketInterface(second);
        _ = new LinkDirection(one, other, quality).RunAsync();
        _ = new LinkDirection(other, one, quality).RunAsync();
        await new Commands()
            .On("loss", arguments => Set(arguments, value => quality.Loss = value))
            .On("duplicates", arguments => Set(arguments, value => quality.Duplicates = value))
            .On("delay", arguments =>
            {
                quality.Jitter = double.Parse(arguments[1], CultureInfo.InvariantCulture);
                return Set(arguments, value => quality.Delay = value);
            })
            .On("cut", arguments => quality.Cut(int.Parse(arguments[0], CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture))
            .On("packets", _ => quality.Packets.ToString(CultureInfo.InvariantCulture))
            .RunAsync();
        return 0;
    }

    private static string Set(string[] arguments, Action<double> set)
    {
        set(double.Parse(arguments[0], CultureInfo.InvariantCulture));
        return arguments[0];
    }
}
