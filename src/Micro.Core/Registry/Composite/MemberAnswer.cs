namespace Micro.Registry.Composite;

/// <summary>What one member of a composite registry answered.</summary>
/// <param name="Value">The answer; meaningless when there is an error.</param>
/// <param name="Error">Why there is none.</param>
internal sealed record MemberAnswer<T>(T? Value, Exception? Error);
