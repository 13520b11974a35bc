namespace Micro.Registry.Composite;

/// <summary>The answer of one member of a composite registry.</summary>
/// <param name="Value">The answer; meaningless when there is an error.</param>
/// <param name="Error">Why there is none.</param>
internal sealed record MemberAnswer<T>(T? Value, Exception? Error);
