namespace Micro.FuzzTests.Engine;

/// <summary>An input that broke a rule.</summary>
/// <param name="Input">The bytes.</param>
/// <param name="Signature">Text that is the same for all findings of one fault.</param>
/// <param name="Problem">The broken rule, for the failure message.</param>
internal sealed record Finding(byte[] Input, string Signature, string Problem);
