namespace Micro.Generators.Calls;

public sealed record Unlisted(int Value);
