using BenchmarkDotNet.Attributes;
using Micro.Registry;
using Micro.Registry.Kit;

namespace Micro.Microbenchmarks;

/// <summary>A registry record.</summary>
[MemoryDiagnoser]
public class RecordBenchmarks
{
    private readonly ServiceRecord _record = Fleet.RecordOf(1);
    private byte[] _json = [];
    private string _packed = "";
    private byte[] _packedBytes = [];

    [GlobalSetup]
    public void SetUp()
    {
        _json = RecordJson.Write(_record);
        _packed = RecordCompression.Pack(_json);
        _packedBytes = System.Text.Encoding.ASCII.GetBytes(_packed);
    }

    [Benchmark]
    public byte[] Encode() => RecordJson.Write(_record);

    [Benchmark]
    public bool Decode() => RecordJsonReader.TryReadService(_json, out _);

    [Benchmark]
    public string Pack() => RecordCompression.Pack(_json);

    [Benchmark]
    public bool Unpack() => RecordCompression.TryUnpack(_packedBytes, out _);
}
