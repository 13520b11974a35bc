namespace System.Runtime.CompilerServices;

/// <summary>Records need it; .NET Standard does not have it.</summary>
internal static class IsExternalInit;
