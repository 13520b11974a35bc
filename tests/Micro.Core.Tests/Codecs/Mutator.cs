namespace Micro.Codecs;

/// <summary>Damages bytes in the ways that find faults in parsers: flips, cuts, insertions, large numbers.</summary>
internal static class Mutator
{
    private static ReadOnlySpan<byte> Telling => "\0\"\\{}[],:0-e\x7f"u8;

    public static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = new List<byte>(seed);
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes.RemoveRange(at, random.Next(1, bytes.Count - at + 1));
                    break;
                case 2:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)0xff, random.Next(1, 11)));
                    break;
                case 3:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 4 when at < bytes.Count:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, 16)));
                    break;
                case 5 when at < bytes.Count:
                    bytes[at] = Telling[random.Next(Telling.Length)];
                    break;
            }
        }

        return [.. bytes];
    }
}
