namespace Micro.Transport;

/// <summary>Work that a waiting thread can run meanwhile.</summary>
internal interface IRunnable
{
    /// <summary>Runs the pending work; never throws.</summary>
    void Run();
}
