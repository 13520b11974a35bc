using System.Diagnostics;

namespace Micro.FuzzTests.Engine;

/// <summary>
/// Judges one input: only declared errors escape, decoding takes at most 50 ms, and it allocates no more than the cap and eight
/// bytes for each byte of the input. Time and allocation are the least of several repetitions, with pauses between the later ones,
/// so that neither a busy machine nor the first use of a pool is a finding.
/// </summary>
internal static class Oracle
{
    private const int Repetitions = 5;
    private const int PatientRepetitions = 15;
    private const int AllocationPerByte = 8;
    private static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns the broken rule; <see langword="null"/> when the input broke none.</summary>
    public static Finding? Judge(FuzzTarget decoder, byte[] input)
    {
        var mostBytes = decoder.AllocationCap + ((long)AllocationPerByte * input.Length);
        var (time, bytes) = (TimeSpan.MaxValue, long.MaxValue);
        for (var repetition = 0; repetition < Repetitions + PatientRepetitions && (time > MostTime || bytes > mostBytes); repetition++)
        {
            if (repetition >= Repetitions)
            {
                // The input was slow each time: on a busy machine a later run is fast, a slow decoder stays slow.
                Thread.Sleep(20);
            }

            if (Measure(decoder, input, out var once, out var allocated) is { } escaped)
            {
                return new Finding(input, Signature(escaped), $"this escaped: {escaped}");
            }

            time = once < time ? once : time;
            bytes = Math.Min(bytes, allocated);
        }

        return time > MostTime ? new Finding(input, "time", $"decoding took {time.TotalMilliseconds:0} ms, the most is {MostTime.TotalMilliseconds:0} ms")
            : bytes > mostBytes ? new Finding(input, "allocation", $"decoding allocated {bytes} bytes, the most is {mostBytes}")
            : null;
    }

    private static Exception? Measure(FuzzTarget decoder, byte[] input, out TimeSpan time, out long allocated)
    {
        Exception? escaped = null;
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            decoder.Decode(input);
        }
        catch (Exception exception)
        {
            escaped = decoder.Declared.Contains(exception.GetType()) ? null : exception;
        }

        time = TimeProvider.System.GetElapsedTime(start);
        allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
        return escaped;
    }

    /// <summary>Returns the type and the place of a fault in our code.</summary>
    private static string Signature(Exception exception)
    {
        var frame = new StackTrace(exception).GetFrames()
            .Select(static frame => frame.GetMethod())
            .FirstOrDefault(static method => method?.DeclaringType?.FullName?.StartsWith("Micro.", StringComparison.Ordinal) == true);
        return $"{exception.GetType().Name} in {frame?.DeclaringType?.Name}.{frame?.Name}";
    }
}
