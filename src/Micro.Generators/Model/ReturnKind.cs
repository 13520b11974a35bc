namespace Micro.Generators.Model;

/// <summary>In what a method hands its answer over.</summary>
internal enum ReturnKind
{
    Task,
    ValueTask,
    Stream,
}
