namespace Micro.Transport;

/// <summary>Has work that a thread which would wait can do meanwhile.</summary>
internal interface IRunnable
{
    /// <summary>Does what there is to do; never throws.</summary>
    void Run();
}
