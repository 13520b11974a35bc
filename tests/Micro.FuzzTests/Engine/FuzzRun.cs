namespace Micro.FuzzTests.Engine;

/// <summary>Attacks one decoder for a while.</summary>
internal static class FuzzRun
{
    private const int MostFindings = 5;
    private static readonly Lock TableGate = new();

    /// <summary>Returns the first finding of each fault; their inputs are saved.</summary>
    public static IReadOnlyList<string> Run(FuzzTarget decoder, TimeSpan time, int seed)
    {
        var findings = new Dictionary<string, string>(StringComparer.Ordinal);
        var mutator = new Mutator(decoder, new Random(seed));
        var start = TimeProvider.System.GetTimestamp();
        long inputs = 0;
        using var watch = new HangWatch(decoder.Name);
        while (findings.Count < MostFindings && TimeProvider.System.GetElapsedTime(start) < time)
        {
            var input = mutator.Next();
            watch.Begin(input);
            inputs++;
            if (Oracle.Judge(decoder, input) is { } finding && !findings.ContainsKey(finding.Signature))
            {
                findings[finding.Signature] = $"{FindingFiles.Save(decoder.Name, input)}: {finding.Problem}";
            }
        }

        Note(decoder, inputs, findings.Count, seed);
        return [.. findings.Values];
    }

    private static void Note(FuzzTarget decoder, long inputs, int findings, int seed)
    {
        if (FuzzSettings.Table is { Length: > 0 } file)
        {
            lock (TableGate)
            {
                File.AppendAllText(file, $"{decoder.Name}\t{inputs}\t{findings}\t{seed}\n");
            }
        }
    }
}
