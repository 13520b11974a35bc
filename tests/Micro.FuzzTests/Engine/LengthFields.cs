using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Micro.FuzzTests.Engine;

/// <summary>Changes what may be a length: an integer of one, two or four bytes, or a row of decimal digits.</summary>
internal static class LengthFields
{
    /// <summary>Changes one field by one, doubles it or sets it to the most that it can hold.</summary>
    public static byte[] Mutate(byte[] input, Random random)
    {
        var at = random.Next(input.Length);
        return Utf8Parser.TryParse(input.AsSpan(at), out ulong number, out var digits)
            ? [.. input.AsSpan(0, at), .. Digits(number, random), .. input.AsSpan(at + digits)]
            : MutateBinary([.. input], at, random);
    }

    private static byte[] Digits(ulong number, Random random)
    {
        var changed = random.Next(4) switch
        {
            0 => number + BigInteger.One,
            1 => number - BigInteger.One,
            2 => number * new BigInteger(2),
            _ => BigInteger.One << random.Next(31, 66),
        };
        return Encoding.ASCII.GetBytes(changed.ToString(CultureInfo.InvariantCulture));
    }

    private static byte[] MutateBinary(byte[] bytes, int at, Random random)
    {
        var field = bytes.AsSpan(at, Math.Min(1 << random.Next(3), bytes.Length - at));
        field = field[..(field.Length == 3 ? 2 : field.Length)];
        var isLittle = random.Next(4) == 0;
        Span<byte> wide = stackalloc byte[4];
        wide.Clear();
        field.CopyTo(wide[^field.Length..]);
        if (isLittle)
        {
            wide[^field.Length..].Reverse();
        }

        var number = BinaryPrimitives.ReadUInt32BigEndian(wide);
        BinaryPrimitives.WriteUInt32BigEndian(wide, random.Next(4) switch
        {
            0 => number + 1,
            1 => number - 1,
            2 => number * 2,
            _ => uint.MaxValue,
        });
        if (isLittle)
        {
            wide[^field.Length..].Reverse();
        }

        wide[^field.Length..].CopyTo(field);
        return bytes;
    }
}
