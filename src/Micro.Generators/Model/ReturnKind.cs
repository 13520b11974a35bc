namespace Micro.Generators.Model;

/// <summary>The kind of a method's return type.</summary>
internal enum ReturnKind
{
    Task,
    ValueTask,
    Stream,
}
