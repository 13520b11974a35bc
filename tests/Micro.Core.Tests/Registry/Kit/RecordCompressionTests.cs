using System.IO.Compression;
using System.Text;

namespace Micro.Registry.Kit;

public sealed class RecordCompressionTests
{
    [Theory]
    [InlineData("")]
    [InlineData("{\"key\":\"value\"}")]
    public void Pack_ThenUnpack_IsTheSame(string text)
    {
        var packed = RecordCompression.Pack(Encoding.UTF8.GetBytes(text));

        packed.Should().MatchRegex("^78[0-9a-f]+$");
        RecordCompression.TryUnpack(Encoding.ASCII.GetBytes(packed), out var content).Should().BeTrue();
        Encoding.UTF8.GetString(content!).Should().Be(text);
    }

    [Fact]
    public void TryUnpack_UpperCaseHex_IsRead()
    {
        var packed = RecordCompression.Pack("latest"u8).ToUpperInvariant();

        RecordCompression.TryUnpack(Encoding.ASCII.GetBytes(packed), out var content).Should().BeTrue();
        content.Should().Equal("latest"u8.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("78")]
    [InlineData("zz")]
    [InlineData("789c")]
    [InlineData("000102030405060708090a")]
    [InlineData("782000000001030000000001")] // asks for a preset dictionary
    public void TryUnpack_Garbage_IsRefused(string hex) =>
        RecordCompression.TryUnpack(Encoding.ASCII.GetBytes(hex), out _).Should().BeFalse();

    [Fact]
    public void TryUnpack_TruncatedAnywhere_IsRefused_S3()
    {
        var packed = Encoding.ASCII.GetBytes(RecordCompression.Pack(Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 200)))));

        for (var length = 0; length < packed.Length; length++)
        {
            RecordCompression.TryUnpack(packed.AsSpan(0, length), out _).Should().BeFalse($"{length} of {packed.Length} digits are left");
        }
    }

    [Fact]
    public void TryUnpack_OneByteChanged_IsRefused()
    {
        var packed = RecordCompression.Pack("some content that has a checksum"u8);
        var changed = packed[..^1] + (packed[^1] == '0' ? '1' : '0');

        RecordCompression.TryUnpack(Encoding.ASCII.GetBytes(changed), out _).Should().BeFalse();
    }

    [Fact]
    public void TryUnpack_AtTheLimit_IsReadAndOneMoreIsNot()
    {
        var largest = RecordCompression.Pack(new byte[RecordCompression.MaxUnpackedBytes]);
        var above = RecordCompression.Pack(new byte[RecordCompression.MaxUnpackedBytes + 1]);

        RecordCompression.TryUnpack(Encoding.ASCII.GetBytes(largest), out var content).Should().BeTrue();
        content.Should().HaveCount(RecordCompression.MaxUnpackedBytes);
        RecordCompression.TryUnpack(Encoding.ASCII.GetBytes(above), out _).Should().BeFalse();
    }

    [Fact]
    public void TryUnpack_Bomb_StopsAtTheLimit_S3()
    {
        var bomb = Bomb();
        _ = RecordCompression.TryUnpack(bomb, out _);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var unpacked = RecordCompression.TryUnpack(bomb, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        unpacked.Should().BeFalse();
        allocated.Should().BeLessThan(2 * RecordCompression.MaxUnpackedBytes);
    }

    private static byte[] Bomb()
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var megabytes = 0; megabytes < 33; megabytes++)
            {
                zlib.Write(zeros);
            }
        }

        return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(output.ToArray()));
    }
}
