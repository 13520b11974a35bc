namespace Micro.Generators.Calls;

public sealed record Number(long Value);
