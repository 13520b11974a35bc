namespace Micro.FuzzTests.Engine;

/// <summary>Creates the inputs of a decoder from its seeds. The same seed of the random numbers gives the same inputs.</summary>
internal sealed class Mutator(FuzzTarget decoder, Random random)
{
    private const int MostChanges = 4;
    private static readonly byte[] TellingBytes = [0, 0x7f, 0x80, 0xff];

    private readonly IReadOnlyList<byte[]> _words = [.. MagicWords.All, .. decoder.Words];

    /// <summary>Returns the next input.</summary>
    public byte[] Next()
    {
        var input = random.Next(20) == 0 ? Noise()
            : decoder.Contents.Count > 0 && random.Next(3) == 0 ? Packed()
            : MutateOften(Pick(decoder.Seeds), decoder.Seeds);
        return input.Length > decoder.MaxInputBytes ? input[..decoder.MaxInputBytes] : input;
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private byte[] Noise()
    {
        var noise = new byte[random.Next(600)];
        random.NextBytes(noise);
        return noise;
    }

    /// <summary>Damages what is compressed, and then perhaps the compressed bytes too.</summary>
    private byte[] Packed()
    {
        var packed = decoder.Pack!(MutateOften(Pick(decoder.Contents), decoder.Contents));
        return random.Next(2) == 0 ? packed : Mutate(packed, decoder.Seeds);
    }

    private byte[] MutateOften(byte[] input, IReadOnlyList<byte[]> others)
    {
        for (var change = random.Next(1, MostChanges + 1); change > 0; change--)
        {
            input = Mutate(input, others);
        }

        return input;
    }

    private byte[] Mutate(byte[] input, IReadOnlyList<byte[]> others)
    {
        var at = random.Next(input.Length + 1);
        if (at == input.Length)
        {
            return Insert(input, at, Pick(_words));
        }

        switch (random.Next(9))
        {
            case 0:
                return Set(input, at, (byte)(input[at] ^ (1 << random.Next(8))));
            case 1:
                return Set(input, at, Pick(TellingBytes));
            case 2:
                return LengthFields.Mutate(input, random);
            case 3:
                return input[..at];
            case 4: // removes a slice
                return [.. input.AsSpan(0, at), .. input.AsSpan(Math.Min(input.Length, at + 1 + random.Next(8)))];
            case 5:
                return Repeat(input, at);
            case 6:
                var other = Pick(others);
                return [.. input.AsSpan(0, at), .. other.AsSpan(random.Next(other.Length + 1))];
            case 7: // overwrites
                var word = Pick(_words);
                return [.. input.AsSpan(0, at), .. word, .. input.AsSpan(Math.Min(input.Length, at + word.Length))];
            default:
                return Insert(input, at, Pick(_words));
        }
    }

    private static byte[] Set(byte[] input, int at, byte value)
    {
        byte[] changed = [.. input];
        changed[at] = value;
        return changed;
    }

    private static byte[] Insert(byte[] input, int at, byte[] word) => [.. input.AsSpan(0, at), .. word, .. input.AsSpan(at)];

    /// <summary>Duplicates a slice, seldom as often as the input has room for: that shows work that grows with the square.</summary>
    private byte[] Repeat(byte[] input, int at)
    {
        var slice = input.AsSpan(at, random.Next(1, Math.Min(64, input.Length - at) + 1));
        var times = random.Next(50) == 0 ? (decoder.MaxInputBytes - Math.Min(input.Length, decoder.MaxInputBytes)) / slice.Length : random.Next(1, 4);
        var repeated = new byte[input.Length + (slice.Length * times)];
        input.AsSpan(0, at).CopyTo(repeated);
        for (var time = 0; time < times; time++)
        {
            slice.CopyTo(repeated.AsSpan(at + (time * slice.Length)));
        }

        input.AsSpan(at).CopyTo(repeated.AsSpan(at + (times * slice.Length)));
        return repeated;
    }
}
