using System.Globalization;

namespace Micro.FuzzTests.Engine;

/// <summary>Settings of a run from the environment.</summary>
internal static class FuzzSettings
{
    /// <summary>Gets how long each decoder is attacked: <c>MICRO_FUZZ_SECONDS</c>, by default 5 seconds.</summary>
    public static TimeSpan Time => TimeSpan.FromSeconds(Read("MICRO_FUZZ_SECONDS") ?? 5);

    /// <summary>Gets the seed of the random numbers: <c>MICRO_FUZZ_SEED</c>, by default another one in each run.</summary>
    public static int Seed => (int?)Read("MICRO_FUZZ_SEED") ?? Environment.TickCount;

    /// <summary>Gets the file that gets a row for each decoder; <see langword="null"/> for none.</summary>
    public static string? Table => Environment.GetEnvironmentVariable("MICRO_FUZZ_TABLE");

    private static double? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;
}
