using System.Globalization;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Engine;

/// <summary>The tests of one decoder. Each decoder has a class of its own, so that decoders are attacked in parallel.</summary>
public abstract class DecoderTests(ITestOutputHelper output)
{
    private protected abstract FuzzTarget Target { get; }

    [Fact]
    public void Decode_MutatedInputs_BreakNoRule()
    {
        var (decoder, seed) = (Target, FuzzSettings.Seed);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));

        var findings = FuzzRun.Run(decoder, FuzzSettings.Time, seed);

        findings.Should().BeEmpty("MICRO_FUZZ_SEED={0} repeats it", seed);
    }

    [Fact]
    public void Decode_Seeds_BreakNoRule() => Problems(Target.Seeds).Should().BeEmpty();

    [Fact]
    public void Decode_EarlierFindings_BreakNoRule() => Problems(FindingFiles.Of(Target.Name).Select(File.ReadAllBytes)).Should().BeEmpty();

    private IEnumerable<string> Problems(IEnumerable<byte[]> inputs) => inputs.Select(input => Oracle.Judge(Target, input)?.Problem).OfType<string>();
}
