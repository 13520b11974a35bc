using System.Diagnostics;
using System.Globalization;

namespace Micro.FuzzTests.Engine;

/// <summary>
/// Judges one input: only declared errors escape, decoding takes at most 50 ms, and it allocates no more than the cap and eight
/// bytes for each byte of the input. Time and allocation are the least of several repetitions; the later ones count the time
/// that the thread ran, where the system tells it. So neither a busy machine nor the first use of a pool is a finding.
/// </summary>
internal static class Oracle
{
    private const int Repetitions = 5;
    private const int PatientRepetitions = 15;
    private const string ThreadTimes = "/proc/thread-self/schedstat";
    private const int AllocationPerByte = 8;
    private static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns the broken rule; <see langword="null"/> when the input broke none.</summary>
    public static Finding? Judge(FuzzTarget decoder, byte[] input)
    {
        var mostBytes = decoder.AllocationCap + ((long)AllocationPerByte * input.Length);
        var (time, bytes) = (TimeSpan.MaxValue, long.MaxValue);
        for (var repetition = 0; repetition < Repetitions + PatientRepetitions && (time > MostTime || bytes > mostBytes); repetition++)
        {
            if (Measure(decoder, input, repetition >= Repetitions ? ThreadTime : RealTime, out var once, out var allocated) is { } escaped)
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

    private static Exception? Measure(FuzzTarget decoder, byte[] input, Func<TimeSpan> clock, out TimeSpan time, out long allocated)
    {
        Exception? escaped = null;
        var start = clock();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            decoder.Decode(input);
        }
        catch (Exception exception)
        {
            escaped = decoder.Declared.Contains(exception.GetType()) ? null : exception;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - bytes;
        time = clock() - start;
        return escaped;
    }

    private static TimeSpan RealTime() => TimeProvider.System.GetElapsedTime(0);

    /// <summary>Returns how long this thread ran; waiting for a processor does not count.</summary>
    private static TimeSpan ThreadTime() =>
        File.Exists(ThreadTimes) ? TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText(ThreadTimes).Split(' ')[0], CultureInfo.InvariantCulture) / 1000) : RealTime();

    /// <summary>Returns the type and the place of a fault in our code.</summary>
    private static string Signature(Exception exception)
    {
        var frame = new StackTrace(exception).GetFrames()
            .Select(static frame => frame.GetMethod())
            .FirstOrDefault(static method => method?.DeclaringType?.FullName?.StartsWith("Micro.", StringComparison.Ordinal) == true);
        return $"{exception.GetType().Name} in {frame?.DeclaringType?.Name}.{frame?.Name}";
    }
}
