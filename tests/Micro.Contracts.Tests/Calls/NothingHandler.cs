namespace Micro.Contracts.Calls;

/// <summary>Overrides nothing.</summary>
internal sealed class NothingHandler : Nothing.HandlerBase;
