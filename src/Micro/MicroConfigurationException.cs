namespace Micro;

/// <summary>Wrong input: a flag, environment variable, configuration key or option. Nothing was started.</summary>
public sealed class MicroConfigurationException : Exception
{
    /// <summary>Creates an error of all problems found.</summary>
    /// <param name="problems">The problems, each naming the value, what would be right and where it came from.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public MicroConfigurationException(IReadOnlyList<string> problems, Exception? innerException = null)
        : base(string.Join("; ", problems ?? []), innerException) => Problems = problems is null ? [] : [.. problems];

    /// <summary>The problems, one entry each.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>Returns the type and the problems, without a stack: the cause is in the input, and logs write this text.</summary>
    public override string ToString() => $"{GetType()}: {Message}";
}
