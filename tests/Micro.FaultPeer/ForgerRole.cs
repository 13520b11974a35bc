using System.Globalization;
using Micro.FaultPeer.Forging;

namespace Micro.FaultPeer;

/// <summary>
/// <c>forger ADDRESS</c>: sends forged mDNS packets from a host. Commands: <c>hear SERVICE</c> takes the packets of its nodes from
/// the link; <c>replay COUNT</c> sends them again as they are; <c>forge SERVICE ADDRESS PORT SECONDS</c> moves those nodes to an
/// address and says goodbye for them in turn; <c>strangers SERVICE COUNT PORT SECONDS</c> announces nodes of its own;
/// <c>flood SERVICE RATE SECONDS</c> announces new ones all the time; <c>garbage COUNT</c> sends random and mutated packets;
/// <c>listen KIND</c> accepts connections (<c>close</c>, <c>silent</c> or <c>tls</c>) and returns the port, <c>met</c> how many came.
/// </summary>
internal static class ForgerRole
{
    public static async Task<int> RunAsync(string address)
    {
        using var link = new ForgedLink(address);
        using var trap = new Trap(address);
        await new Commands()
            .On("hear", arguments => link.HearAsync(arguments[0]))
            .On("replay", arguments => link.Replay(Number(arguments[0])))
            .On("forge", arguments => link.ForgeAsync(arguments[0], arguments[1], Number(arguments[2]), Seconds(arguments[3])))
            .On("strangers", arguments => link.AnnounceAsync(arguments[0], Number(arguments[1]), Number(arguments[2]), Seconds(arguments[3])))
            .On("flood", arguments => link.FloodAsync(arguments[0], Number(arguments[1]), Seconds(arguments[2])))
            .On("garbage", arguments => link.SendGarbageAsync(Number(arguments[0])))
            .On("listen", arguments => trap.Listen(arguments[0]))
            .On("met", _ => trap.Met.ToString(CultureInfo.InvariantCulture))
            .RunAsync();
        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));
}
