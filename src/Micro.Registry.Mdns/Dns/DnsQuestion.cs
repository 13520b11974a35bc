namespace Micro.Registry.Mdns.Dns;

/// <summary>One question of a message.</summary>
/// <param name="Name">Full name with its final dot.</param>
/// <param name="Type">What is asked for.</param>
/// <param name="Class">1, with the top bit set when a unicast answer is wanted.</param>
internal readonly record struct DnsQuestion(string Name, DnsType Type, ushort Class = DnsQuestion.Internet)
{
    public const ushort Internet = 1;

    public const ushort UnicastWanted = 0x8000;

    public bool WantsUnicast => (Class & UnicastWanted) != 0;

    public bool IsInternet => (Class & ~UnicastWanted) is Internet or 255;
}
